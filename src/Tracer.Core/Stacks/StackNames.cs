using Tracer.Core.Records;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Core.Stacks;

/// <summary>From a stack, as an event or a row has it, to named frames. Not thread-safe: for the thread that gets the events, or after the last of them.</summary>
public sealed class StackNames : IDisposable
{
    private readonly StackWalker _walker;
    private readonly Symboliser _symboliser;

    /// <summary>Names for a target's stacks; opens nothing yet.</summary>
    public StackNames(ISystemCallGate gate, TargetProcess target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _walker = new StackWalker(target.Code, target.Memory);
        _symboliser = new Symboliser(gate, target);
    }

    /// <summary>The frames of an event's stack, innermost first, inlined functions included.</summary>
    /// <param name="value">The value, a stack.</param>
    /// <param name="end">Why there are no more.</param>
    public IEnumerable<StackFrameInfo> Of(ValueRecord value, out StackEnd end)
    {
        var frames = _walker.Walk(value.TextBytes, out end).ToArray();
        return Of(frames);
    }

    /// <summary>The names of a row's or an event's frames.</summary>
    public IEnumerable<StackFrameInfo> Of(IReadOnlyList<NativeFrame> frames) => frames.SelectMany(_symboliser.Resolve);

    /// <summary>Opens what names come from, before the first stack waits for it.</summary>
    /// <param name="addresses">Addresses that stacks will begin with.</param>
    public void Prepare(IEnumerable<ulong> addresses) => _symboliser.Prepare(addresses);

    /// <inheritdoc/>
    public void Dispose() => _symboliser.Dispose();
}
