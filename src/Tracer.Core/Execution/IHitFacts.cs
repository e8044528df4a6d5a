using Tracer.Core.Expressions;

namespace Tracer.Core.Execution;

/// <summary>What a backend knows of a hit beside registers and memory.</summary>
public interface IHitFacts
{
    /// <summary>The thread's name, at most 15 bytes.</summary>
    ReadOnlySpan<byte> Comm { get; }

    /// <summary>Whether the backend took a copy of the stack at the hit; otherwise the stack is read from memory, while the thread stands.</summary>
    bool HasStack => false;

    /// <summary>The copy of the stack from the stack pointer on, valid during the hit.</summary>
    ReadOnlySpan<byte> Stack => default;

    /// <summary>A number of the hit, canonical for its type; false when the backend cannot know it.</summary>
    bool TryGet(BuiltInValue value, out ulong number);
}
