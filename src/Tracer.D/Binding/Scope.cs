using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>The names an expression may use. A whole program will put its variables into a scope around that of the probe.</summary>
public abstract class Scope
{
    /// <summary>Whose names they are, for messages: <c>python:function__entry</c>.</summary>
    public abstract string Owner { get; }

    /// <summary>The names that are the owner's own (a probe's parameters), for hints.</summary>
    public abstract IReadOnlyList<string> OwnNames { get; }

    /// <summary>All other names, for suggestions.</summary>
    public virtual IReadOnlyList<string> OtherNames => [];

    /// <summary>What debug information adds; null when there is none.</summary>
    public virtual IDebugTypes? DebugTypes => null;

    /// <summary>What a function of an address gives that is not of the language; null when the scope knows none of that name.</summary>
    public virtual NameResolution? Call(string function, Expression address) => null;

    /// <summary>What a name stands for; null when the scope does not know it.</summary>
    public abstract NameResolution? Resolve(string name);
}
