using System.Globalization;
using Tracer.Core.Evaluation;
using Tracer.Core.Stacks;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Stacks;

/// <summary>Makes stacks of what was captured: unwinds and names native frames, puts interpreted ones in their places.</summary>
internal sealed class StacksBuilder(ISystemCallGate gate, TargetProcess process, StacksCapture capture, StacksOptions options, bool native) : IDisposable
{
    private readonly ProcFs _proc = new(gate);
    private readonly Symboliser _symboliser = new(gate, process);
    private readonly StackWalker _walker = new(process.Code, process.Memory, options.Depth);
    private byte[] _buffer = [];

    /// <summary>A stack for every thread of the system, by id, then for thread states whose thread could not be told.</summary>
    public List<ThreadStack> Build()
    {
        var running = new RunningThreads(gate, process.ProcessId, capture.Natives);
        var states = capture.Interpreters.SelectMany(i => i.Threads.Select(t => (i.Reader, Thread: t, Id: running.Find(t)))).ToList();
        var evaluations = capture.Interpreters.ToDictionary(i => i.Reader, i => new EvaluationFunction(i.Reader.Module));
        var stacks = new List<ThreadStack>();
        foreach (var (id, registers, stack) in capture.Natives.OrderBy(n => n.ThreadId))
        {
            var own = states.Where(s => s.Id == id).ToList();
            stacks.Add(Build(id, registers, stack, own, evaluations));
        }

        foreach (var state in states.Where(s => s.Id == 0 && s.Thread.Frames.Count > 0))
            stacks.Add(Build(0, default, [], [state], evaluations));
        return stacks;
    }

    public void Dispose() => _symboliser.Dispose();

    private ThreadStack Build(
        int id, RegisterSet registers, byte[] stack, List<(PythonThreads Reader, PythonThread Thread, int Id)> states, Dictionary<PythonThreads, EvaluationFunction> evaluations)
    {
        var problems = states.Where(s => s.Thread.Problem is not null).Select(s => $"Python frames are missing: {s.Thread.Problem}")
            .Concat(states.Select(s => RunningThreads.Doubt(s.Thread)).OfType<string>()).ToList();
        var groups = Groups(states);
        var frames = new List<ThreadFrame>();
        if (native && id != 0 && stack.Length > 0)
        {
            var walked = Walk(registers, stack, out var pointers, out var end);
            if (end != StackEnd.Outermost)
                problems.Add($"native frames are missing: {Reason(end)}");
            var merger = new StackMerger<PythonFrame>(walked, pointers, f => states.Exists(s => evaluations[s.Reader].Contains(f)));
            if (!merger.Merge(groups))
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Python and native frames could not be matched ({groups.Count} and {walked.Count(f => states.Exists(s => evaluations[s.Reader].Contains(f)))}): the Python ones come first"));
            foreach (var (nativeFrame, interpreted) in merger.Merged)
                Add(frames, nativeFrame, interpreted);
        }
        else
        {
            foreach (var frame in groups.SelectMany(g => g.Frames))
                Add(frames, null, frame);
        }

        // In a sub-interpreter the module threading takes the first thread that comes for the main one.
        var named = states.Where(s => s.Thread.Name is not null).OrderBy(s => s.Thread.Interpreter).FirstOrDefault().Thread ?? states.FirstOrDefault().Thread;
        return new ThreadStack
        {
            ThreadId = id,
            Comm = id != 0 && _proc.ThreadComm(process.ProcessId, id).TryGet(out var comm) ? comm : "",
            Name = named?.Name,
            Interpreter = states.Select(s => (long?)s.Thread.Interpreter).FirstOrDefault(i => i != 0),
            HoldsLock = states.Exists(s => s.Thread.HoldsGil),
            Frames = frames,
            Problems = problems,
        };
    }

    // A thread that has entered another interpreter has a thread state in each: the one whose frames are lower on the stack is the inner one.
    private static List<(ulong Mark, IReadOnlyList<PythonFrame> Frames)> Groups(List<(PythonThreads Reader, PythonThread Thread, int Id)> states)
    {
        var groups = new List<(ulong Mark, IReadOnlyList<PythonFrame> Frames)>();
        foreach (var (_, thread, _) in states)
        {
            foreach (var group in thread.Frames.GroupBy(f => f.Group))
                groups.Add((group.Key < thread.GroupMarks.Count ? thread.GroupMarks[group.Key] : 0, [.. group]));
        }

        return states.Count > 1 && groups.TrueForAll(g => g.Mark != 0) ? [.. groups.OrderBy(g => g.Mark)] : groups;
    }

    private NativeFrame[] Walk(RegisterSet registers, byte[] stack, out ulong[] pointers, out StackEnd end)
    {
        if (_buffer.Length < StackCapture.HeaderSize + stack.Length)
            _buffer = new byte[StackCapture.HeaderSize + stack.Length];
        var length = StackCapture.Write(in registers, stack, stack.Length, _buffer);
        var frames = _walker.Walk(_buffer.AsSpan(0, length), out end).ToArray();
        pointers = _walker.StackPointers[..frames.Length].ToArray();
        return frames;
    }

    private void Add(List<ThreadFrame> frames, NativeFrame? nativeFrame, PythonFrame? interpreted)
    {
        if (interpreted is not null)
            frames.Add(new ThreadFrame(null, new InterpreterFrameInfo("python", interpreted.Code.Name, interpreted.Code.QualifiedName, interpreted.Code.FileName, interpreted.Line) { Locals = interpreted.Locals }));
        else if (nativeFrame is { } frame)
            frames.AddRange(_symboliser.Resolve(frame).Select(f => new ThreadFrame(f, null)));
    }

    private static string Reason(StackEnd end) => end switch
    {
        StackEnd.DepthReached => "there are too many",
        StackEnd.MemoryUnreadable => "the rest is beyond what was copied of the stack",
        StackEnd.NoUnwindInformation => "there is no call frame information",
        StackEnd.InvalidUnwindInformation => "the call frame information cannot be used",
        _ => "the stack does not go on",
    };
}
