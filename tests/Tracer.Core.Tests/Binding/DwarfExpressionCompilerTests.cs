using CsCheck;
using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Core.Tests.Binding;

public sealed class DwarfExpressionCompilerTests
{
    private static readonly DwarfContext Entry = new(0x2000, Build.Offset(Build.Register(X64Register.Rsp), 8))
    {
        FrameBase = [new DwarfLocation(null, new DwarfExpression(new byte[] { 0x9c }))],
        IsEntry = true,
    };

    [Theory]
    [InlineData("55", "in Rdi")]                                       // reg5
    [InlineData("61", "in Xmm0")]                                      // reg17
    [InlineData("90 21", "nowhere: its location needs DW_OP_regx 33 (?), which is not supported")] // regx 33
    [InlineData("77 08", "at rsp+8")]                                  // breg7 8
    [InlineData("92 07 70", "at rsp-16")]                              // bregx 7 -16
    [InlineData("91 68", "at rsp-16")]                                 // fbreg -24 from the CFA
    [InlineData("9c", "at rsp+8")]                                     // call_frame_cfa
    [InlineData("03 10 20 00 00 00 00 00 00", "at rip+16")]            // addr 0x2010
    [InlineData("75 00 23 04 06 9f", "is load8(rdi+4)")]               // breg5 0; plus_uconst 4; deref; stack_value
    [InlineData("75 00 94 02 9f", "is uint64(load2(rdi))")]            // deref_size 2
    [InlineData("75 00 74 00 22 9f", "is (rdi + rsi)")]                // plus
    [InlineData("75 00 32 1e 9f", "is (rdi * 2)")]                     // lit2; mul
    [InlineData("75 00 74 00 2b 9f", "is uint64((int64(rsi) < int64(rdi)))")] // gt
    [InlineData("75 00 33 24 9f", "is (rdi << 3)")]                    // shl by a constant
    [InlineData("75 00 12 16 13 1f 9f", "is -rdi")]                    // dup; swap; drop; neg
    [InlineData("09 fe 9f", "is 0xfffffffffffffffe")]                  // const1s -2
    [InlineData("9e 04 01 00 00 00", "is 1")]                          // implicit_value
    [InlineData("a3 01 55 9f", "is rdi")]                              // entry_value(reg5)
    [InlineData("f3 01 55 9f", "is rdi")]                              // GNU_entry_value(reg5)
    [InlineData("", "nowhere: it is optimised out here")]
    [InlineData("55 93 08 54 93 08", "nowhere: it lies in several pieces here")]
    [InlineData("a0 00 00 00 00 00", "nowhere: it is optimised out here, only what it points to is known")]
    [InlineData("75 00 74 00 24 9f", "nowhere: its location needs DW_OP_shl, which is not supported")]
    [InlineData("22 9f", "nowhere: its location needs DW_OP_plus, which is not supported")]
    [InlineData("9f", "nowhere: its location 'DW_OP_stack_value' is malformed")]
    [InlineData("75", "nowhere: its location '?' is not understood")]
    public void A_location_becomes_a_place(string bytes, string place) => Assert.Equal(place, Print(DwarfExpressionCompiler.Compile(Parse(bytes), Entry)));

    [Fact]
    public void A_value_at_entry_is_lost_elsewhere_and_so_is_an_unknown_frame()
    {
        var elsewhere = Entry with { IsEntry = false, CanonicalFrameAddress = null };
        Assert.StartsWith("nowhere: only its value at the function's entry", Print(DwarfExpressionCompiler.Compile(Parse("a3 01 55 9f"), elsewhere)), StringComparison.Ordinal);
        Assert.Equal("nowhere: the frame's address is not known here", Print(DwarfExpressionCompiler.Compile(Parse("91 00"), elsewhere)));
    }

    [Fact]
    public void Clangs_frame_base_is_a_register()
    {
        var context = Entry with { FrameBase = [new DwarfLocation(null, Parse("56"))] };
        Assert.Equal("at rbp-8", Print(DwarfExpressionCompiler.Compile(Parse("91 78"), context)));
    }

    [Fact]
    public void An_expression_that_doubles_itself_ends_early()
    {
        var bytes = "75 00 " + string.Concat(Enumerable.Repeat("12 22 ", 60));
        Assert.Equal("nowhere: its location is too long", Print(DwarfExpressionCompiler.Compile(Parse(bytes), Entry)));
    }

    [Fact]
    public void Any_bytes_are_a_place_or_nowhere() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        var context = Entry with { FrameBase = [new DwarfLocation(null, new DwarfExpression(bytes))] };
        return DwarfExpressionCompiler.Compile(new DwarfExpression(bytes), context) is not null;
    });

    private static DwarfExpression Parse(string text) => new(Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal)));

    private static string Print(DwarfPlace place) => place switch
    {
        DwarfPlace.InRegister r => r.Register >= X64Register.Xmm0 ? $"in Xmm{r.Register - X64Register.Xmm0}" : $"in {r.Register}",
        DwarfPlace.InMemory m => $"at {m.Address}",
        DwarfPlace.Known k => $"is {k.Value}",
        DwarfPlace.Nowhere n => $"nowhere: {n.Reason}",
        _ => "?",
    };
}
