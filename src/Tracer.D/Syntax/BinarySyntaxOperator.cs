namespace Tracer.D.Syntax;

/// <summary>The operators between two operands, the loosest first; see <see cref="SyntaxOperators"/> for their precedence.</summary>
public enum BinarySyntaxOperator
{
    /// <summary><c>||</c></summary>
    LogicalOr,
    /// <summary><c>^^</c>, D's logical exclusive or</summary>
    LogicalXor,
    /// <summary><c>&amp;&amp;</c></summary>
    LogicalAnd,
    /// <summary><c>|</c></summary>
    Or,
    /// <summary><c>^</c></summary>
    Xor,
    /// <summary><c>&amp;</c></summary>
    And,
    /// <summary><c>==</c></summary>
    Equal,
    /// <summary><c>!=</c></summary>
    NotEqual,
    /// <summary><c>&lt;</c></summary>
    Less,
    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,
    /// <summary><c>&gt;</c></summary>
    Greater,
    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,
    /// <summary><c>&lt;&lt;</c></summary>
    ShiftLeft,
    /// <summary><c>&gt;&gt;</c></summary>
    ShiftRight,
    /// <summary><c>+</c></summary>
    Add,
    /// <summary><c>-</c></summary>
    Subtract,
    /// <summary><c>*</c></summary>
    Multiply,
    /// <summary><c>/</c></summary>
    Divide,
    /// <summary><c>%</c></summary>
    Remainder,
}
