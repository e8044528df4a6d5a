using Tracer.Core.Execution;
using Tracer.Core.Expressions;

namespace Tracer.Testing;

/// <summary>Facts of a hit that a test decides.</summary>
public sealed class FixedFacts : IHitFacts
{
    private readonly Dictionary<BuiltInValue, ulong> _numbers = [];

    /// <summary>The thread's name.</summary>
    public byte[] Name { get; set; } = [];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Comm => Name;

    /// <summary>Sets a number.</summary>
    public ulong this[BuiltInValue key]
    {
        get => _numbers[key];
        set => _numbers[key] = value;
    }

    /// <inheritdoc/>
    public bool TryGet(BuiltInValue value, out ulong number) => _numbers.TryGetValue(value, out number);
}
