using Tracer.Elf.Dwarf.Frames;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Frames;

/// <summary>Expressions byte by byte; the context has register N = 100 * N and memory whose words are their address plus one.</summary>
public sealed class FrameExpressionTests
{
    [Theory]
    [InlineData(8UL, "38")]                                        // lit8
    [InlineData(708UL, "77 08")]                                   // breg7 8
    [InlineData(692UL, "77 78")]                                   // breg7 -8
    [InlineData(1600UL, "92 10 00")]                               // bregx 16 0
    [InlineData(709UL, "77 08 06")]                                // deref
    [InlineData(ulong.MaxValue, "09 ff")]                          // const1s -1
    [InlineData(0xfffeUL, "0a fe ff")]                             // const2u
    [InlineData(0x80000000UL, "0c 00 00 00 80")]                   // const4u
    [InlineData(0xffffffff80000000UL, "0d 00 00 00 80")]           // const4s
    [InlineData(300UL, "10 ac 02")]                                // constu
    [InlineData(5UL, "32 33 22")]                                  // 2 3 plus
    [InlineData(1UL, "33 32 1c")]                                  // 3 2 minus
    [InlineData(6UL, "32 33 1e")]                                  // mul
    [InlineData(8UL, "31 33 24")]                                  // 1 << 3
    [InlineData(0UL, "31 08 40 24")]                               // 1 << 64
    [InlineData(ulong.MaxValue, "09 80 08 7f 26")]                 // shra beyond
    [InlineData(1UL, "09 ff 31 2d")]                               // -1 lt 1, signed
    [InlineData(3UL, "31 32 33 16 13")]                            // 1 2 3 swap drop: 1 3
    [InlineData(7UL, "37 2f 01 00 13")]                            // skip over the drop
    [InlineData(9UL, "39 31 28 01 00 06")]                         // bra over a deref
    [InlineData(4UL, "34 96")]                                     // nop
    [InlineData(708UL, "77 08 80 00 3f 1a 3b 2a 33 24 22")]        // the CFA of a PLT entry (rip & 15 < 11)
    public void Values(ulong expected, string bytes)
    {
        // The PLT's: breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus, with rip = 1600.
        var context = new Context();
        Assert.True(FrameExpression.TryEvaluate(Bytes(bytes), null, ref context, out ulong value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]                 // nothing on the stack
    [InlineData("22")]               // plus without operands
    [InlineData("31 30 1b")]         // division by zero
    [InlineData("31 30 1d")]
    [InlineData("2f fd ff")]         // a loop for ever
    [InlineData("2f 00 80")]         // a jump before the start
    [InlineData("2f ff 7f")]         // behind the end
    [InlineData("08")]               // breaks off
    [InlineData("50")]               // reg0 is a place
    [InlineData("31 94 03")]         // a read of 3 bytes
    [InlineData("08 00 06")]         // address 0 cannot be read
    [InlineData("31 12 2f fc ff")]   // grows for ever
    public void Nonsense_has_no_value(string bytes)
    {
        var context = new Context();
        Assert.False(FrameExpression.TryEvaluate(Bytes(bytes), null, ref context, out _));
    }

    [Fact]
    public void Rules_of_registers_start_with_the_cfa()
    {
        var context = new Context();
        Assert.True(FrameExpression.TryEvaluate(Bytes("23 08"), 1000, ref context, out ulong value));
        Assert.Equal(1008UL, value);
    }

    private static byte[] Bytes(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private struct Context : IFrameContext
    {
        public readonly bool TryGetRegister(int register, out ulong value)
        {
            value = (ulong)register * 100;
            return register <= 16;
        }

        public readonly bool TryRead(ulong address, int size, out ulong value)
        {
            value = address + 1;
            return address != 0;
        }
    }
}
