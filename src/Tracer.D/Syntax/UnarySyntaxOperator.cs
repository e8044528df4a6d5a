namespace Tracer.D.Syntax;

/// <summary>The operators before one operand.</summary>
public enum UnarySyntaxOperator
{
    /// <summary><c>!</c></summary>
    Not,
    /// <summary><c>~</c></summary>
    Complement,
    /// <summary><c>-</c></summary>
    Negate,
    /// <summary><c>+</c></summary>
    Plus,
    /// <summary><c>*</c></summary>
    Dereference,
    /// <summary><c>&amp;</c></summary>
    AddressOf,
}
