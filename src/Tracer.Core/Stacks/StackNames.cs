using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Core.Stacks;

/// <summary>From a stack, as an event or a row has it, to named frames. Not thread-safe: for the thread that gets the events, or after the last of them.</summary>
public sealed class StackNames : IDisposable
{
    private readonly StackWalker _walker;
    private readonly Symboliser _symboliser;

    /// <summary>Walks stacks to the frames that are named.</summary>
    public StackWalker Walker => _walker;

    /// <summary>Names for a target's stacks; opens nothing yet.</summary>
    public StackNames(ISystemCallGate gate, TargetProcess target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _walker = new StackWalker(target.Code, target.Memory);
        _symboliser = new Symboliser(gate, target);
    }

    /// <summary>
    /// The frames of an event's stack, innermost first, inlined functions included, with those of interpreted code in the places of the native frames that run them, when the event has a picture of
    /// them too.
    /// </summary>
    /// <param name="record">The event.</param>
    /// <param name="value">Its stack.</param>
    /// <param name="pictures">Reads the picture; null shows native frames only.</param>
    /// <param name="end">Why there are no more.</param>
    public IReadOnlyList<ThreadFrame> Of(in EventRecord record, ValueRecord value, PictureReaders? pictures, out StackEnd end)
    {
        var frames = _walker.Walk(value.TextBytes, out end).ToArray();
        foreach (var picture in record)
        {
            if (pictures is null || picture.Status != EvaluationStatus.Ok || picture.Planned.Expression.Type is not PictureType { Format: IStackFormat format } || pictures.Read(picture).Stack is not { } stack)
                continue;
            var merger = new StackMerger<InterpreterFrameInfo>(frames, _walker.StackPointers[..frames.Length].ToArray(), format.Runs);
            merger.Merge(stack.Groups, stack.IsWhole && end == StackEnd.Outermost);
            return [.. merger.Merged.SelectMany(m => m.Interpreted is { } one ? [new ThreadFrame(null, one)] : Native(m.Native!.Value))];
        }

        return [.. frames.SelectMany(Native)];
    }

    private IEnumerable<ThreadFrame> Native(NativeFrame frame) => _symboliser.Resolve(frame).Select(f => new ThreadFrame(f, null));

    /// <summary>Whether a value is a picture of frames that <see cref="Of(in EventRecord, ValueRecord, PictureReaders?, out StackEnd)"/> puts into an event's stack.</summary>
    public static bool IsPartOfStack(Emission emission, PlannedValue value)
    {
        ArgumentNullException.ThrowIfNull(emission);
        ArgumentNullException.ThrowIfNull(value);
        return value.Expression.Type is PictureType { Format: IStackFormat } && emission.Values.Any(v => v.Expression.Type is StackType);
    }

    /// <summary>The names of a row's or an event's frames.</summary>
    public IEnumerable<StackFrameInfo> Of(IReadOnlyList<NativeFrame> frames) => frames.SelectMany(_symboliser.Resolve);

    /// <summary>Opens what names come from, before the first stack waits for it.</summary>
    /// <param name="addresses">Addresses that stacks will begin with.</param>
    public void Prepare(IEnumerable<ulong> addresses) => _symboliser.Prepare(addresses);

    /// <inheritdoc/>
    public void Dispose() => _symboliser.Dispose();
}
