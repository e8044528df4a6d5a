using Tracer.Elf.Sdt.Operands;

namespace Tracer.Elf.Sdt;

/// <summary>One parsed argument of a note. A bad operand is kept with its <see cref="Error"/>, so that its position is not lost.</summary>
public sealed class SdtArgument
{
    internal SdtArgument(string text, int size, bool signed, bool isFloat, OperandSyntax? syntax, string? error)
    {
        Text = text;
        Size = size;
        Signed = signed;
        IsFloat = isFloat;
        Syntax = syntax;
        Error = error;
    }

    /// <summary>The text as it stands in the note.</summary>
    public string Text { get; }

    /// <summary>The declared size in bytes: 1, 2, 4 or 8. Without a declaration 8, unsigned, as gdb takes it.</summary>
    public int Size { get; }

    /// <summary>Whether the value is signed (a minus sign before the size).</summary>
    public bool Signed { get; }

    /// <summary>Whether the value is an IEEE number (an <c>f</c> after the size).</summary>
    public bool IsFloat { get; }

    /// <summary>Why the operand could not be parsed; null when it was.</summary>
    public string? Error { get; }

    internal OperandSyntax? Syntax { get; }

    /// <summary>The normal form: size, numbers in decimal, no redundant parts. Parsing it again gives the same operand.</summary>
    public override string ToString() =>
        Syntax is null ? Text : $"{(Signed ? "-" : "")}{Size}{(IsFloat ? "f" : "")}@{Syntax.Print()}";

    /// <summary>Parses the operand text of a note: arguments separated by spaces outside brackets.</summary>
    /// <param name="arguments">The text, as <c>8@%rax -4@16(%rsp)</c>.</param>
    /// <returns>The arguments in order; those that are not understood carry an <see cref="Error"/>.</returns>
    public static IReadOnlyList<SdtArgument> ParseAll(string arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var result = new List<SdtArgument>();
        foreach (var range in ArgumentTokenizer.Split(arguments))
            result.Add(OperandParser.Parse(arguments[range]));
        return result;
    }

    /// <summary>Parses one argument.</summary>
    /// <param name="argument">The text, as <c>-4@16(%rsp)</c>.</param>
    public static SdtArgument Parse(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return OperandParser.Parse(argument);
    }
}
