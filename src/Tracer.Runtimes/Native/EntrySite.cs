using Iced.Intel;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Where a function's entry is observed. The kernel emulates nop, push, call and jumps (0.5 us a hit) and single-steps the rest, <c>endbr64</c> among
/// them (10 us and more on virtual machines); registers and stack behind an <c>endbr64</c> are still the caller's.
/// </summary>
internal static class EntrySite
{
    private const int EndbrLength = 4;

    /// <summary>
    /// The address: behind an <c>endbr64</c>, unless a loop of the function comes back there, which would count as entries; else the function's first.
    /// </summary>
    /// <param name="code">The function's code from its first byte, or as much as is known.</param>
    /// <param name="body">All of it, when its bounds are known.</param>
    public static ulong Of(CodeBlock code, FunctionBody? body)
    {
        var decoder = Decoder.Create(64, code.Bytes[..Math.Min(code.Bytes.Length, 32)].ToArray());
        decoder.IP = code.Address;
        decoder.Decode(out var first);
        decoder.Decode(out var second);
        var behind = code.Address + EndbrLength;
        if (first.Code != Iced.Intel.Code.Endbr64 || second.IsInvalid)
            return code.Address;
        // Without bounds loops are unknown; none goes back to a push, which would grow the stack.
        return body is null ? (second.Code == Iced.Intel.Code.Push_r64 ? behind : code.Address) : body.IsJumpTarget(behind) ? code.Address : behind;
    }
}
