using CsCheck;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests;

public class AddressMapTests
{
    // The layout of a small library linked without -z separate-code: one page of the file is mapped for code and again for data.
    private static readonly AddressMap Small = new ElfBuilder()
        .AddSegment(new ElfSegment(ElfSegmentType.Load, ElfSegmentFlags.Read | ElfSegmentFlags.Execute, 0, 0, 0x7b0, 0x7b0, 0x200000))
        .AddSegment(new ElfSegment(ElfSegmentType.Load, ElfSegmentFlags.Read | ElfSegmentFlags.Write, 0xdf0, 0x200df0, 0x238, 0x240, 0x200000))
        .BuildImage().AddressMap;

    private static readonly AddressMap FixedProgram = new ElfBuilder().Type(ElfFileType.Executable)
        .AddSegment(new ElfSegment(ElfSegmentType.Load, ElfSegmentFlags.Read, 0, 0x400000, 0x1000, 0x1000, 4096))
        .AddSegment(new ElfSegment(ElfSegmentType.Load, ElfSegmentFlags.Read | ElfSegmentFlags.Execute, 0x1000, 0x401000, 0x5000, 0x5000, 4096))
        .AddSegment(new ElfSegment(ElfSegmentType.Load, ElfSegmentFlags.Read | ElfSegmentFlags.Write, 0x6dc8, 0x407dc8, 0x500, 0x9000, 4096))
        .BuildImage().AddressMap;

    [Theory]
    [InlineData(0x401234, 0x1234)]
    [InlineData(0x400000, 0)]
    [InlineData(0x4082c7, 0x72c7)]
    public void A_link_time_address_has_a_file_offset_and_back(ulong address, ulong offset)
    {
        Assert.True(FixedProgram.TryGetFileOffset(address, out var found));
        Assert.Equal(offset, found);
        Assert.True(FixedProgram.TryGetAddress(offset, out var back));
        Assert.Equal(address, back);
    }

    [Theory]
    [InlineData(0x4082c8)] // .bss
    [InlineData(0x3fffff)]
    [InlineData(0x900000)]
    public void An_address_outside_the_files_bytes_has_no_offset(ulong address) => Assert.False(FixedProgram.TryGetFileOffset(address, out _));

    [Theory]
    [InlineData(0x400000, 0, false)]
    [InlineData(0x401000, 0x1000, true)]
    [InlineData(0x407000, 0x6000, false)]
    public void A_fixed_program_has_no_bias(ulong start, ulong offset, bool executable)
    {
        Assert.True(FixedProgram.TryGetLoadBias(start, offset, executable, out var bias));
        Assert.Equal(0UL, bias);
    }

    [Fact]
    public void A_page_that_is_mapped_twice_gives_the_same_bias_from_either_mapping()
    {
        const ulong Base = 0x7f0000000000;
        Assert.True(Small.TryGetLoadBias(Base, 0, executable: true, out var fromCode));
        Assert.True(Small.TryGetLoadBias(Base + 0x200000, 0, executable: false, out var fromData));
        Assert.Equal((Base, Base), (fromCode, fromData));
    }

    [Fact]
    public void A_mapping_of_no_segment_has_no_bias() => Assert.False(Small.TryGetLoadBias(0x1000, 0x5000, executable: true, out _));

    [Fact]
    public void A_mapping_split_by_mprotect_gives_the_same_bias()
    {
        Assert.True(FixedProgram.TryGetLoadBias(0x403000, 0x3000, executable: true, out var bias));
        Assert.Equal(0UL, bias);
    }

    [Fact]
    public void Run_time_and_link_time_addresses_are_inverse_for_any_bias() =>
        Gen.Select(Gen.ULong, Gen.ULong).Sample((address, bias) => AddressMap.ToLinkTime(AddressMap.ToRuntime(address, bias), bias) == address);

    [Theory]
    [InlineData(0x1000, 0x3000, 0x3000, 0x1000)]
    [InlineData(0x1000, 0x3000, 0x8000, 0x6000)]
    [InlineData(0x1000, 0x3000, 0x2000, 0)]
    [InlineData(0, 0x3000, 0x8000, 0)]
    [InlineData(0x1000, 0, 0x8000, 0x1000)]
    [InlineData(0x1000, 0x3000, 0, 0x1000)]
    public void A_prelinked_address_moves_with_its_base(ulong address, ulong inNote, ulong now, ulong expected) =>
        Assert.Equal(expected, AddressMap.CorrectPrelink(address, inNote, now));
}
