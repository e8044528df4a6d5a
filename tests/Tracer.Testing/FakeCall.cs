using System.Runtime.InteropServices;

namespace Tracer.Testing;

/// <summary>One system call as a <see cref="FakeKernel"/> saw it; its pointers are good only while it is being answered.</summary>
public readonly record struct FakeCall(nint Number, nint A0, nint A1, nint A2, nint A3, nint A4, nint A5)
{
    /// <summary>The C string at an argument's address.</summary>
    public static string Text(nint address) => Marshal.PtrToStringUTF8(address) ?? "";

    /// <summary>The bytes at an argument's address, to read or to fill in.</summary>
    public static unsafe Span<byte> Bytes(nint address, int length) => new((void*)address, length);
}
