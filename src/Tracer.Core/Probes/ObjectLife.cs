using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>
/// Objects of the target of one kind whose end can be observed: what is known of one of them stays true until then, though its address may be used again
/// after. Compared by reference.
/// </summary>
/// <param name="name">A name for printing.</param>
/// <param name="end">The instruction that every object of the kind ends with, before anything of it is given back.</param>
/// <param name="ended">The address of the object that ends there, uint64.</param>
public sealed class ObjectLife(string name, CodeLocation end, Expression ended)
{
    /// <summary>A name for printing.</summary>
    public string Name { get; } = name;

    /// <summary>The instruction that every object of the kind ends with.</summary>
    public CodeLocation End { get; } = end;

    /// <summary>The address of the object that ends there.</summary>
    public Expression Ended { get; } = ended;
}
