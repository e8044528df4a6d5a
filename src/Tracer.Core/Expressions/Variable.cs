namespace Tracer.Core.Expressions;

/// <summary>
/// A variable of a traced program: an integer, or an associative array of integers when it has keys. An element that was never assigned is zero;
/// assigning zero frees it. An element may have two fields, which are assigned together and so cannot disagree; it is freed, both being zero, when the first becomes zero.
/// Compared by reference.
/// </summary>
/// <param name="name">Its name, for printing.</param>
/// <param name="scope">Who shares it.</param>
/// <param name="type">The type of its value.</param>
/// <param name="keyTypes">The types of its keys; empty for a plain variable.</param>
public sealed class Variable(string name, VariableScope scope, IntegerType type, params IReadOnlyList<ExpressionType> keyTypes)
{
    /// <summary>The most elements all threads together may hold when nothing else is asked for.</summary>
    public const int DefaultCapacity = 64 * 1024;

    /// <summary>Its name, for printing.</summary>
    public string Name { get; } = name;

    /// <summary>Who shares it.</summary>
    public VariableScope Scope { get; } = scope;

    /// <summary>The type of its value.</summary>
    public IntegerType Type { get; } = type;

    /// <summary>The types of its keys.</summary>
    public IReadOnlyList<ExpressionType> KeyTypes { get; } = keyTypes;

    /// <summary>How many integers an element is: 1, or 2, all of <see cref="Type"/>.</summary>
    public int FieldCount { get; init; } = 1;

    /// <summary>The most elements; an assignment beyond them is dropped and counted.</summary>
    public int Capacity { get; init; } = DefaultCapacity;

    /// <inheritdoc/>
    public override string ToString() => Scope == VariableScope.Thread ? $"self->{Name}" : Name;
}
