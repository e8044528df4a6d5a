using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>Names that come from the process in which a probe fires and not from the probe: which interpreted function runs.</summary>
public interface ISurroundings
{
    /// <summary>What a name stands for; null when it is not known.</summary>
    NameResolution? Resolve(string name);

    /// <summary>What a function of an address gives; null when there is none of that name.</summary>
    NameResolution? Call(string function, Expression address);
}
