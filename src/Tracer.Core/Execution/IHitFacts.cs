using Tracer.Core.Expressions;

namespace Tracer.Core.Execution;

/// <summary>What a backend knows of a hit beside registers and memory.</summary>
public interface IHitFacts
{
    /// <summary>The thread's name, at most 15 bytes.</summary>
    ReadOnlySpan<byte> Comm { get; }

    /// <summary>A number of the hit, canonical for its type; false when the backend cannot know it.</summary>
    bool TryGet(BuiltInValue value, out ulong number);
}
