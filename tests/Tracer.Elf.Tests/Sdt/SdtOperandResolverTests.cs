using Tracer.Elf.Sdt;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Sdt;

public class SdtOperandResolverTests
{
    private static ElfBuilder Program() => new ElfBuilder()
        .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
        .AddSection(".data", new byte[0x100], 0x4000, flags: ElfSectionFlags.Write)
        .AddSymbol("glob", 0x4010, 8)
        .AddSymbol("seq.6", 0x4020, 8)
        .AddSymbol("number", 42, section: 0xfff1);

    private static ResolvedOperand Resolve(ElfImage image, string operand, ulong location = 0x1000) =>
        new SdtOperandResolver(image).Resolve(SdtArgument.Parse(operand), location);

    private static MemoryOperand Image(int size, bool signed, long displacement, X64Register? baseRegister = null) =>
        new(size, signed, false, SegmentBase.None, displacement, true, baseRegister, null, 0);

    [Fact]
    public void Registers_carry_their_part()
    {
        var image = Program().BuildImage();
        Assert.Equal(new RegisterOperand(8, false, false, X64Register.Rbx, 0, 8), Resolve(image, "8@%rbx"));
        Assert.Equal(new RegisterOperand(4, true, false, X64Register.R8, 0, 4), Resolve(image, "-4@%r8d"));
        Assert.Equal(new RegisterOperand(1, false, false, X64Register.Rcx, 1, 1), Resolve(image, "1@%ch"));
        Assert.Equal(new RegisterOperand(4, false, true, X64Register.Xmm0 + 3, 0, 16), Resolve(image, "4f@%xmm3"));
    }

    [Theory]
    [InlineData("1@$-1", 255)]
    [InlineData("-1@$255", -1)]
    [InlineData("2@$65537", 1)]
    [InlineData("-4@$4294967295", -1)]
    [InlineData("4@$-1", 0xffffffff)]
    [InlineData("8@$18446744073709551615", -1)]
    [InlineData("8@$number", 42)]
    [InlineData("8@$3+($10-$8)-$1", 4)]
    [InlineData("8@!($0+$1)", 0)]
    [InlineData("-8@~$22", -23)]
    [InlineData("8@$128&$128", 128)]
    [InlineData("8@$1+$2|$4", 7)] // 1 + (2 | 4): GNU as binds | tighter than +
    [InlineData("8@$2*$3+$1", 7)]
    [InlineData("8@$10-$4-$1", 5)]
    [InlineData("8@$7<$8", 1)]
    [InlineData("8@$glob-seq.6", -16)]
    [InlineData("-8@$-9223372036854775808/$-1", long.MinValue)]
    public void Constants_are_masked_and_extended(string operand, long expected)
    {
        var constant = Assert.IsType<ConstantOperand>(Resolve(Program().BuildImage(), operand));
        Assert.Equal(expected, unchecked((long)constant.Value));
    }

    [Fact]
    public void Symbols_become_addresses_of_the_image()
    {
        var image = Program().BuildImage();
        Assert.Equal(new AddressOperand(8, false, false, 0x4018), Resolve(image, "8@$glob+8"));
        Assert.Equal(Image(4, true, 0x4010), Resolve(image, "-4@glob(%rip)"));
        Assert.Equal(Image(4, false, 0x400e), Resolve(image, "4@glob-2(%rip)"));
        Assert.Equal(Image(8, false, 0x4038), Resolve(image, "8@24+seq.6(%rip)"));
        Assert.Equal(Image(4, true, 0x4010), Resolve(image, "-4@glob"));
        Assert.Equal(Image(1, true, 0x4010, X64Register.Rsi), Resolve(image, "-1@glob(%rsi)"));
    }

    [Fact]
    public void Memory_without_symbols_keeps_its_parts()
    {
        var image = Program().BuildImage();
        Assert.Equal(new MemoryOperand(2, true, false, SegmentBase.None, 6, false, X64Register.Rcx, X64Register.Rax, 2), Resolve(image, "-2@6(%rcx,%rax,2)"));
        Assert.Equal(new MemoryOperand(4, true, false, SegmentBase.None, 4096, false, null, X64Register.Rax, 8), Resolve(image, "-4@4096(,%rax,8)"));
        Assert.Equal(new MemoryOperand(4, true, false, SegmentBase.None, 6295616, false, null, null, 0), Resolve(image, "-4@6295616"));
        Assert.Equal(new MemoryOperand(4, true, false, SegmentBase.None, -4, false, X64Register.Rbp, null, 0), Resolve(image, "-4@-4+16-16(%rbp)"));
        Assert.Equal(new MemoryOperand(4, true, false, SegmentBase.None, -4, false, X64Register.Rbp, null, 0), Resolve(image, "-4@-4(%rbp,%eax,0)"));
        Assert.Equal(new MemoryOperand(8, false, false, SegmentBase.Fs, -8, false, null, null, 0), Resolve(image, "8@%fs:-8"));
        Assert.Equal(new MemoryOperand(8, false, false, SegmentBase.None, 8, false, X64Register.Rip, null, 0), Resolve(image, "8@8(%rip)"));
    }

    [Theory]
    [InlineData("4f@.LC1(%rip)", "the symbol .LC1 is in no symbol table")]
    [InlineData("8@%rzz", "unknown register %rzz")]
    [InlineData("8@$glob+glob", "cannot be applied to addresses")]
    [InlineData("8@$~glob", "cannot be applied to an address")]
    [InlineData("8@$1/$0", "division by zero")]
    [InlineData("8@%fs:glob", "cannot be an offset from %fs")]
    [InlineData("8@%fs:glob@tpoff", "glob is not thread-local")]
    [InlineData("8@glob@plt(%rip)", "@plt is not supported")]
    [InlineData("8@(%eax)", "computed in 32 bits")]
    [InlineData("-7@$16", "is not one of 1, 2, 4 and 8")]
    public void What_cannot_be_closed_says_why(string operand, string reason)
    {
        var unresolved = Assert.IsType<UnresolvedOperand>(Resolve(Program().BuildImage(), operand));
        Assert.Contains(reason, unresolved.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_undefined_symbol_is_told_from_a_missing_one()
    {
        var image = Program().AddDynamicSymbol("elsewhere", 0, section: 0).BuildImage();
        var unresolved = Assert.IsType<UnresolvedOperand>(Resolve(image, "8@elsewhere(%rip)"));
        Assert.Contains("another image", unresolved.Reason, StringComparison.Ordinal);
    }

    private static ElfBuilder TwoFiles() => Program()
        .AddFileSymbol("a.c")
        .AddSymbol("fa", 0x1000, 0x10, ElfSymbolType.Function, ElfSymbolBinding.Local)
        .AddSymbol("state", 0x4040, 4, binding: ElfSymbolBinding.Local)
        .AddFileSymbol("b.c")
        .AddSymbol("fb", 0x1010, 0x10, ElfSymbolType.Function, ElfSymbolBinding.Local)
        .AddSymbol("state", 0x4050, 4, binding: ElfSymbolBinding.Local)
        .AddFileSymbol("c.c")
        .AddSymbol("fc", 0x1020, 0x10, ElfSymbolType.Function, ElfSymbolBinding.Local)
        .AddSymbol("fg", 0x1030, 0x10, ElfSymbolType.Function);

    [Fact]
    public void A_local_symbol_of_the_sites_own_file_is_meant()
    {
        var image = TwoFiles().BuildImage();
        Assert.Equal(Image(4, false, 0x4040), Resolve(image, "4@state(%rip)", 0x1008));
        Assert.Equal(Image(4, false, 0x4050), Resolve(image, "4@state(%rip)", 0x1018));
    }

    [Fact]
    public void A_local_symbol_is_ambiguous_when_the_sites_file_is_unknown()
    {
        var image = TwoFiles().BuildImage();
        foreach (var location in new ulong[] { 0x1028, 0x1038, 0x1080 })
            Assert.Contains("ambiguous", Assert.IsType<UnresolvedOperand>(Resolve(image, "4@state(%rip)", location)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_local_of_the_name_means_the_global()
    {
        var image = TwoFiles().AddSymbol("state", 0x4060, 4).BuildImage();
        Assert.Equal(Image(4, false, 0x4040), Resolve(image, "4@state(%rip)", 0x1008));
        Assert.Equal(Image(4, false, 0x4060), Resolve(image, "4@state(%rip)", 0x1028));
    }

    [Fact]
    public void A_separate_debug_image_is_looked_up_and_shifted_with_a_prelinked_image()
    {
        var stripped = new ElfBuilder().AddSection(".text", new byte[0x100], 0x11000, flags: ElfSectionFlags.Execute).BuildImage();
        var debug = new ElfBuilder().AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute).AddSymbol("glob", 0x4010, 8).BuildImage();
        var resolved = new SdtOperandResolver(stripped, debug).Resolve(SdtArgument.Parse("8@glob(%rip)"), 0x11000);
        Assert.Equal(Image(8, false, 0x14010), resolved);
    }

    private static ElfBuilder WithTls(ulong size, ulong alignment) => Program()
        .AddSection(".tdata", new byte[(int)size], 0x5000, flags: ElfSectionFlags.Tls | ElfSectionFlags.Write)
        .AddSegment(ElfSegmentType.Tls, ".tdata", alignment: alignment)
        .AddSymbol("t_int", 4, 4, ElfSymbolType.Tls);

    [Theory]
    [InlineData(12, 4, 4 - 12)]
    [InlineData(12, 16, 4 - 16)]
    [InlineData(17, 16, 4 - 32)]
    [InlineData(12, 0, 4 - 12)]
    public void A_thread_local_of_the_program_lies_below_the_thread_pointer(ulong size, ulong alignment, long expected)
    {
        var image = WithTls(size, alignment).Type(ElfFileType.Executable).BuildImage();
        Assert.Equal(new MemoryOperand(4, true, false, SegmentBase.Fs, expected, false, null, null, 0), Resolve(image, "-4@%fs:t_int@tpoff"));
        Assert.Equal(new MemoryOperand(1, true, false, SegmentBase.Fs, expected, false, X64Register.Rdi, null, 0), Resolve(image, "-1@%fs:t_int@tpoff(%rdi)"));
    }

    [Fact]
    public void A_thread_local_of_a_library_has_no_fixed_offset() =>
        Assert.Contains("run time", Assert.IsType<UnresolvedOperand>(Resolve(WithTls(16, 16).BuildImage(), "-4@%fs:t_int@tpoff")).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_thread_local_is_no_address() =>
        Assert.Contains("thread-local", Assert.IsType<UnresolvedOperand>(Resolve(WithTls(16, 16).BuildImage(), "8@$t_int")).Reason, StringComparison.Ordinal);

    private static ElfImage WithGot() => Program()
        .AddDynamicSymbol("imported", 0, section: 0)
        .AddSection(".got", new byte[32], 0x6000, flags: ElfSectionFlags.Write)
        .AddSection(".rela.dyn", ElfBuilder.Relocations(
            new(0x6000, ElfRelocationType.GlobalData, 1, 0),
            new(0x4000, ElfRelocationType.Relative, 0, 0x4010),
            new(0x6008, ElfRelocationType.Relative, 0, 0x4010)), 0x7000)
        .AddDynamic(0x8000, (7, 0x7000), (8, 72))
        .BuildImage();

    [Fact]
    public void A_got_operand_is_the_slot_of_the_symbol()
    {
        var image = WithGot();
        Assert.Equal(Image(8, false, 0x6000), Resolve(image, "8@imported@GOTPCREL(%rip)"));
        Assert.Equal(Image(8, false, 0x6008), Resolve(image, "8@glob@GOTPCREL(%rip)"));
    }

    [Fact]
    public void Without_a_slot_the_symbols_address_is_what_it_would_hold()
    {
        Assert.Equal(new AddressOperand(8, false, false, 0x4020), Resolve(WithGot(), "8@seq.6@GOTPCREL(%rip)"));
        Assert.IsType<UnresolvedOperand>(Resolve(WithGot(), "8@nowhere@GOTPCREL(%rip)"));
    }
}
