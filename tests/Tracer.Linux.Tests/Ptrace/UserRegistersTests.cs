using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Tracer.Linux.Tests;

public class UserRegistersTests
{
    // DWARF number, and the register's word in struct user_regs_struct (sys/user.h).
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 12)]
    [InlineData(2, 11)]
    [InlineData(3, 5)]
    [InlineData(4, 13)]
    [InlineData(5, 14)]
    [InlineData(6, 4)]
    [InlineData(7, 19)]
    [InlineData(8, 9)]
    [InlineData(9, 8)]
    [InlineData(10, 7)]
    [InlineData(11, 6)]
    [InlineData(12, 3)]
    [InlineData(13, 2)]
    [InlineData(14, 1)]
    [InlineData(15, 0)]
    [InlineData(16, 16)]
    [InlineData(49, 18)]
    [InlineData(50, 24)]
    [InlineData(51, 17)]
    [InlineData(52, 20)]
    [InlineData(53, 23)]
    [InlineData(54, 25)]
    [InlineData(55, 26)]
    [InlineData(58, 21)]
    [InlineData(59, 22)]
    public void A_DWARF_number_names_its_word(int dwarfNumber, int word)
    {
        UserRegisters registers = default;
        MemoryMarshal.Cast<UserRegisters, ulong>(new Span<UserRegisters>(ref registers))[word] = 0xC0FFEE;
        Assert.True(registers.TryGet(dwarfNumber, out var value));
        Assert.Equal(0xC0FFEEUL, value);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(17)]
    [InlineData(60)]
    public void Other_numbers_name_none(int dwarfNumber) => Assert.False(default(UserRegisters).TryGet(dwarfNumber, out _));

    [Fact]
    public void The_kernels_structures_have_the_kernels_sizes()
    {
        Assert.Equal(216, Unsafe.SizeOf<UserRegisters>());
        Assert.Equal(512, Unsafe.SizeOf<UserFloatingPoint>());
        Assert.Equal(128, Unsafe.SizeOf<SignalInformation>());
        Assert.Equal(128, Unsafe.SizeOf<PerfEventAttribute>());
        Assert.Equal(144, Unsafe.SizeOf<FileStatus>());
        Assert.Equal(16, Unsafe.SizeOf<RemoteRange>());
        Assert.Equal(8, Unsafe.SizeOf<PollEntry>());
        Assert.Equal(12, Unsafe.SizeOf<EpollEntry>());
        Assert.Equal(1024, Unsafe.SizeOf<CpuSet>());
    }

    [Fact]
    public void Xmm_registers_are_sixteen_bytes_from_byte_160()
    {
        UserFloatingPoint registers = default;
        registers.SetXmm(3, new UInt128(0x1122, 0x3344));
        Assert.Equal(new UInt128(0x1122, 0x3344), registers.Xmm(3));
        Assert.Equal(UInt128.Zero, registers.Xmm(2));
        var bytes = MemoryMarshal.AsBytes(new Span<UserFloatingPoint>(ref registers));
        Assert.Equal(0x44, bytes[160 + 48]);
        Assert.Equal(0x22, bytes[160 + 56]);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(UserFloatingPoint).Xmm(16));
    }
}
