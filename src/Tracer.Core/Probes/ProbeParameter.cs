using Tracer.Core.Expressions;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Probes;

/// <summary>A named, typed parameter of a probe.</summary>
/// <param name="Name">Its name: as documented by the provider, else <c>arg0</c>, <c>arg1</c>, ...</param>
/// <param name="Type">Its type.</param>
public sealed record ProbeParameter(string Name, ExpressionType Type)
{
    /// <summary>
    /// The type in the debugging information, by which expressions follow members; null when there is none. A site's argument is the
    /// value, for structures and arrays their address.
    /// </summary>
    public DwarfType? DebugType { get; init; }

    /// <summary>Whether it is only recorded when an expression names it: what it costs is not paid at every hit.</summary>
    public bool IsOnRequest { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
