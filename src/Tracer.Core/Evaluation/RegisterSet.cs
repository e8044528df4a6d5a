using System.Runtime.CompilerServices;
using Tracer.Elf;

namespace Tracer.Core.Evaluation;

/// <summary>The registers of a thread at a site: 16 general ones, rip, rflags, the segment bases and, when the backend has them, xmm0 to xmm15.</summary>
public struct RegisterSet
{
    private const int RipIndex = 16;
    private const int RflagsIndex = 17;
    private const int FsBaseIndex = 18;
    private const int GsBaseIndex = 19;

    private Words _words;
    private VectorWords _vectors;

    /// <summary>Whether <see cref="GetVector"/> has values.</summary>
    public bool HasVectors { get; set; }

    /// <summary>Whether the backend cannot read the segment bases: fs base and gs base are then unavailable.</summary>
    public bool LacksSegmentBases { get; set; }

    /// <summary>A general register, rip, rflags, fs base or gs base.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A vector register.</exception>
    public ulong this[X64Register register]
    {
        readonly get => _words[IndexOf(register)];
        set => _words[IndexOf(register)] = value;
    }

    /// <summary>The lowest 8 bytes of xmm<paramref name="index"/>, index 0 to 15.</summary>
    public readonly ulong GetVector(int index) => _vectors[index];

    /// <summary>Sets the lowest 8 bytes of xmm<paramref name="index"/>, index 0 to 15.</summary>
    public void SetVector(int index, ulong value) => _vectors[index] = value;

    private static int IndexOf(X64Register register) => register switch
    {
        <= X64Register.R15 => (int)register,
        X64Register.Rip => RipIndex,
        X64Register.Rflags => RflagsIndex,
        X64Register.FsBase => FsBaseIndex,
        X64Register.GsBase => GsBaseIndex,
        _ => throw new ArgumentOutOfRangeException(nameof(register), register, "Not a 64-bit register."),
    };

    [InlineArray(20)]
    private struct Words
    {
        private ulong _first;
    }

    [InlineArray(16)]
    private struct VectorWords
    {
        private ulong _first;
    }
}
