using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>Where to observe that a function is entered.</summary>
public static class FunctionEntry
{
    private const int EndbrLength = 4;

    /// <summary>
    /// How many bytes behind the function's start the probe goes: behind an <c>endbr64</c> when a push follows, which the kernel emulates while it
    /// single-steps the <c>endbr64</c>; else 0. All registers and the stack are at both places as the caller left them.
    /// </summary>
    /// <param name="code">The function's first bytes, 16 suffice.</param>
    public static int SkipOf(ReadOnlySpan<byte> code)
    {
        var decoder = Decoder.Create(64, code[..Math.Min(code.Length, 32)].ToArray());
        decoder.Decode(out var first);
        decoder.Decode(out var second);
        return first.Code == Iced.Intel.Code.Endbr64 && second.Code == Iced.Intel.Code.Push_r64 ? EndbrLength : 0;
    }

    /// <summary>Whether the bytes begin with an instruction.</summary>
    public static bool IsInstruction(ReadOnlySpan<byte> code)
    {
        if (code.IsEmpty)
            return false;
        Decoder.Create(64, code[..Math.Min(code.Length, 16)].ToArray()).Decode(out var instruction);
        return !instruction.IsInvalid;
    }
}
