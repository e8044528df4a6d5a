using System.Collections.Concurrent;
using Tracer.Core.Backends;
using Tracer.Core.Events;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;

namespace Tracer.Allocations;

/// <summary>Takes the events that tell who an owner is.</summary>
/// <param name="memory">The target's memory, where a picture has no room for a table of lines.</param>
/// <param name="hasLines">Whether lines are told.</param>
internal sealed class AllocationNames(ITargetMemory memory, bool hasLines) : IEventSink
{
    /// <summary>Why there is no name where native code runs for itself: no interpreted function has begun.</summary>
    public const string NoPython = "no Python was running";

    private readonly ConcurrentDictionary<ulong, AllocationRow> _rows = [];
    private readonly PictureReaders _pictures = new(memory);

    /// <summary>The row of an owner, without numbers; null when it was not told.</summary>
    public AllocationRow? Of(ulong owner) => _rows.GetValueOrDefault(owner);

    public void OnEvent(in EventRecord record)
    {
        var owner = 0UL;
        var row = new AllocationRow { Own = default };
        string? name = null;
        foreach (var value in record)
        {
            switch (value.Planned.Name)
            {
                case AllocationOwner.Number:
                    owner = value.Bits;
                    break;
                case AllocationOwner.Stack:
                    row = WithStack(row, new TraceValue(value, null, _pictures).Content?.Stack);
                    break;
                case "pyfile":
                    row = row with { FileName = new TraceValue(value).ToString() };
                    break;
                case "pyfunc":
                    name = new TraceValue(value).ToString();
                    break;
                case "pyqualname":
                    row = row with { Function = new TraceValue(value).ToString() };
                    break;
                case "pyline":
                    row = row with { Line = (int)value.Bits };
                    break;
            }
        }

        _rows[owner] = row.Function is null ? row with { Function = name } : row;
    }

    public void OnBatchEnd()
    {
    }

    private AllocationRow WithStack(AllocationRow row, PicturedStack? stack)
    {
        AllocationFrame[] all = [.. (stack?.Groups ?? []).SelectMany(g => g.Frames).Select(f => new AllocationFrame(f.QualifiedName ?? f.Function, f.File, hasLines ? f.Line : null, f.FirstLine ?? 0))];
        AllocationFrame[] frames = [.. all.Take(RunningStack.MaximumFrames)];
        var isCut = stack is { IsWhole: false } || all.Length > frames.Length;
        return frames.Length == 0
            ? row with { Unknown = isCut ? "the stack could not be read" : NoPython }
            : row with { Function = frames[0].Function, FileName = frames[0].FileName, Line = frames[0].Line, Stack = frames, IsCut = isCut };
    }
}
