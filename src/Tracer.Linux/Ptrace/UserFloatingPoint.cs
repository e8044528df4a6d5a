using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>struct user_fpregs_struct</c> of x86-64, the 512 bytes of FXSAVE: x87 and xmm0 to xmm15.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct UserFloatingPoint
{
    // FXSAVE: xmm0 at byte 160, sixteen bytes each (Intel SDM volume 1, table 10-2).
    private const int FirstXmm = 160;

    private Area _area;

    /// <summary>The sixteen bytes of an xmm register, low half first; <paramref name="number"/> is 0 to 15.</summary>
    public readonly UInt128 Xmm(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 15);
        return MemoryMarshal.Read<UInt128>(((ReadOnlySpan<byte>)_area)[(FirstXmm + (16 * number))..]);
    }

    /// <summary>Sets an xmm register; <paramref name="number"/> is 0 to 15.</summary>
    public void SetXmm(int number, UInt128 value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 15);
        MemoryMarshal.Write(((Span<byte>)_area)[(FirstXmm + (16 * number))..], value);
    }

    [InlineArray(512)]
    private struct Area
    {
        private byte _first;
    }
}
