using System.Globalization;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>What is known of an address of a stack. Several, innermost first, stand for one address whose functions are inlined.</summary>
public sealed record StackFrameInfo
{
    /// <summary>The address in the target.</summary>
    public required ulong Address { get; init; }

    /// <summary>The function's name, demangled; null when nothing names it.</summary>
    public string? Function { get; init; }

    /// <summary>Bytes from the start of the function; for an inlined one from the start of the function it was inlined into.</summary>
    public ulong FunctionOffset { get; init; }

    /// <summary>The name of the file with the code, without folders, or <c>[vdso]</c>; null when the address is in none.</summary>
    public string? Module { get; init; }

    /// <summary>The address in the file as it was linked: what addr2line takes; the address itself without a module.</summary>
    public ulong ModuleOffset { get; init; }

    /// <summary>The source file as the compiler knew it; null when unknown.</summary>
    public string? SourceFile { get; init; }

    /// <summary>The line in the source file; 0 when unknown.</summary>
    public uint Line { get; init; }

    /// <summary>Whether the function was inlined into that of the next frame.</summary>
    public bool IsInlined { get; init; }

    /// <summary>
    /// Whether this is no frame but a place where frames may be missing: the code of <see cref="Module"/> keeps no frame pointers, or, without one, their chain ends.
    /// </summary>
    public bool IsGap { get; init; }

    /// <summary>As in <c>main+0x1f (a.out) at main.c:12</c>; without a name <c>a.out+0x1139</c>, without a module the address.</summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        if (IsGap)
            return Module is null ? "<frames may be missing: the chain of frame pointers ends>" : $"<frames may be missing: {Module} keeps no frame pointers>";
        if (Function is null)
            return Module is null ? string.Create(culture, $"0x{Address:x}") : string.Create(culture, $"{Module}+0x{ModuleOffset:x}");
        var text = IsInlined ? $"{Function} [inlined]" : string.Create(culture, $"{Function}+0x{FunctionOffset:x}");
        if (Module is not null)
            text += $" ({Module})";
        return SourceFile is null ? text : string.Create(culture, $"{text} at {Path.GetFileName(SourceFile)}:{Line}");
    }
}
