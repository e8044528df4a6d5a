namespace Tracer.D.Diagnostics;

/// <summary>The ids of the language's errors; docs/diagnostics.md lists them.</summary>
internal static class DiagnosticIds
{
    /// <summary>A character that begins nothing, or an unterminated comment.</summary>
    public const string BadCharacter = "ST0601";

    /// <summary>A malformed number, character or string.</summary>
    public const string BadLiteral = "ST0602";

    /// <summary>Something else was expected.</summary>
    public const string Syntax = "ST0603";

    /// <summary>The text is too long or nested too deeply.</summary>
    public const string TooLarge = "ST0604";

    /// <summary>A name that nothing has.</summary>
    public const string UnknownName = "ST0605";

    /// <summary>Part of the language, but not of an expression.</summary>
    public const string NotAvailable = "ST0606";

    /// <summary>A type that nothing knows.</summary>
    public const string UnknownType = "ST0607";

    /// <summary>Operands of the wrong type.</summary>
    public const string WrongType = "ST0608";

    /// <summary>A division by a constant zero or a shift by more than the width.</summary>
    public const string BadConstant = "ST0609";

    /// <summary>An unknown function or a wrong number of arguments.</summary>
    public const string BadCall = "ST0610";

    /// <summary>No such member, or no debug information to know it by.</summary>
    public const string UnknownMember = "ST0611";

    /// <summary>Floating-point arithmetic.</summary>
    public const string Float = "ST0612";

    /// <summary>A predicate that is no integer.</summary>
    public const string Predicate = "ST0613";
}
