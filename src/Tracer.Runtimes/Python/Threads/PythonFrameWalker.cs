using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>Walks the frames of a thread state.</summary>
internal sealed class PythonFrameWalker(
    PythonObjects objects, PythonVersion version, PythonLayout layout, PythonThreadLayout threads, PythonValueLimits? locals, bool codesAreChecked = false,
    PythonLimits? limits = null)
{
    // Include/internal/pycore_frame.h, enum _frameowner: what is no frame of Python is FRAME_OWNED_BY_CSTACK or _INTERPRETER.
    private const int OwnedByGenerator = 1;
    private const int FirstShim = 3;

    private readonly PythonLimits _limits = limits ?? PythonLimits.Default;
    private readonly HashSet<ulong> _seen = [];
    private int _framesInAll;

    private readonly PythonCodes _codes = new(objects, layout, codesAreChecked);
    private readonly PythonLocals _locals = new(objects, version, layout);

    private PythonMemory Memory => objects.Memory;

    /// <summary>The frames, innermost first; the marks of their groups; why there are no more, or null.</summary>
    public (IReadOnlyList<PythonFrame> Frames, IReadOnlyList<ulong> Marks, string? Problem) Walk(ulong thread)
    {
        var frames = new List<PythonFrame>();
        var marks = new List<ulong>();
        _seen.Clear();
        var problem = layout.InterpreterFrame is { } frame ? WalkNew(thread, frame, frames, marks) : WalkOld(thread, frames, marks);
        if (Memory.TakeFault() is { } fault)
            problem = $"memory at 0x{fault:x} cannot be read";
        // Groups that have no frames of Python are no one's.
        return (frames, marks, problem);
    }

    // Until 3.10: a PyFrameObject for each call of the evaluation function.
    private string? WalkOld(ulong thread, List<PythonFrame> frames, List<ulong> marks)
    {
        marks.AddRange(CFrames(thread));
        var hasMarks = marks.Count > 0;
        for (var frame = Memory.Pointer(thread + (ulong)threads.ThreadFrame!); frame != 0; frame = Memory.Pointer(frame + FrameObjectLayout.Back))
        {
            if (Excess(frame) is { } excess)
                return excess;
            if (_codes.Read(Memory.Pointer(frame + (ulong)layout.FrameCode)) is not { } code)
                return $"there is no frame at 0x{frame:x}";
            frames.Add(Make(frame, code, LastInstruction(frame), frames.Count));
            if (!hasMarks)
                marks.Add(0);
        }

        return null;
    }

    /// <summary>One frame, and the one below it; null when it is no frame of the program's, or its code cannot be read.</summary>
    /// <param name="frame">The frame's address.</param>
    /// <param name="next">The address of the one below, or 0.</param>
    /// <param name="mark">When a group of frames ends with it, an address in the stack frame of the function that runs them, or 0; else null.</param>
    public PythonFrame? At(ulong frame, out ulong next, out ulong? mark)
    {
        mark = 0;
        if (layout.InterpreterFrame is not { } at)
        {
            next = Memory.Pointer(frame + FrameObjectLayout.Back);
            return _codes.Read(Memory.Pointer(frame + (ulong)layout.FrameCode)) is { } old ? Make(frame, old, LastInstruction(frame), 0) : null;
        }

        next = Memory.Pointer(frame + (ulong)at.Previous);
        var owner = Memory.Byte(frame + (ulong)at.Owner);
        var isShim = at.IsEntry is null && owner >= FirstShim;
        if (isShim)
            mark = frame;
        else if (at.IsEntry is not { } entry || Memory.Byte(frame + (ulong)entry) == 0)
            mark = null;
        return isShim ? null : Interpreted(frame, owner, at, 0, out _);
    }

    // f_lasti counts instructions of two bytes since 3.10.
    private long LastInstruction(ulong frame)
    {
        long last = Memory.Int32(frame + (ulong)layout.FrameLastInstruction);
        return version.IsAtLeast(3, 10) && last > 0 ? last * 2 : last;
    }

    // Null for a frame in the making (_PyFrame_IsIncomplete), which is none yet, and where there is no code.
    private PythonFrame? Interpreted(ulong frame, byte owner, InterpreterFrameLayout at, int group, out bool hasCode)
    {
        var address = Memory.Pointer(frame + (ulong)layout.FrameCode);
        if (at.IsTagged)
            address &= ~3UL;
        var code = _codes.Read(address);
        hasCode = code is not null;
        if (code is null)
            return null;
        var offset = Memory.Int64(frame + (ulong)layout.FrameLastInstruction) - (long)(address + (ulong)at.CodeBytecode);
        return owner == OwnedByGenerator || offset / 2 >= code.FirstTraceable ? Make(frame, code, offset, group) : null;
    }

    // Why a frame is not looked at any more: there are too many, or the list leads back.
    private string? Excess(ulong frame) =>
        _seen.Count >= _limits.Frames ? $"there are more than {_limits.Frames} frames [ST0230]"
        : _framesInAll++ >= _limits.FramesInAll ? $"there are more than {_limits.FramesInAll} frames in all [ST0230]"
        : _seen.Add(frame) ? null
        : "their list leads back to itself";

    private string? WalkNew(ulong thread, InterpreterFrameLayout layoutOfFrame, List<PythonFrame> frames, List<ulong> marks)
    {
        var first = threads.ThreadFrame is { } direct ? Memory.Pointer(thread + (ulong)direct) : FirstOfCFrame(thread);
        // 3.11 marks the first frame of a run; later ones put a shim, a local variable of the evaluation function, below it.
        var hasEntries = layoutOfFrame.IsEntry is not null;
        if (hasEntries)
            marks.AddRange(CFrames(thread));
        var group = 0;
        for (var frame = first; frame != 0; frame = Memory.Pointer(frame + (ulong)layoutOfFrame.Previous))
        {
            if (Excess(frame) is { } excess)
                return excess;
            var owner = Memory.Byte(frame + (ulong)layoutOfFrame.Owner);
            if (!hasEntries && owner >= FirstShim)
            {
                if (frames.Count > 0 && frames[^1].Group == group)
                {
                    marks.Add(frame);
                    group++;
                }

                continue;
            }

            var found = Interpreted(frame, owner, layoutOfFrame, group, out var hasCode);
            if (!hasCode)
                return $"there is no frame at 0x{frame:x}";
            if (found is not null)
                frames.Add(found);
            if (hasEntries && Memory.Byte(frame + (ulong)layoutOfFrame.IsEntry!) != 0)
                group++;
        }

        while (!hasEntries && frames.Count > 0 && marks.Count <= frames[^1].Group)
            marks.Add(0);
        return null;
    }

    private PythonFrame Make(ulong frame, PythonCode code, long offset, int group)
    {
        var line = PythonLineTable.Line(version, code.LineTable.Span, code.FirstLine, offset);
        return new PythonFrame(frame, code, line, group) { Locals = locals is null ? null : _locals.Read(frame, code.Address, locals) };
    }

    private ulong FirstOfCFrame(ulong thread) => Memory.Pointer(Memory.Pointer(thread + (ulong)threads.ThreadCFrame!) + (ulong)threads.CFrameCurrent!);

    // 3.10 to 3.12: one _PyCFrame on the stack of each run of the evaluation function, then the root in the thread state, whose previous is garbage in 3.10.
    private List<ulong> CFrames(ulong thread)
    {
        var found = new List<ulong>();
        if (threads.ThreadCFrame is not { } first)
            return found;
        var root = thread + (ulong)threads.ThreadRootCFrame;
        for (var at = Memory.Pointer(thread + (ulong)first); at != 0 && at != root && found.Count < _limits.Frames; at = Memory.Pointer(at + (ulong)threads.CFramePrevious))
            found.Add(at);
        return found;
    }
}
