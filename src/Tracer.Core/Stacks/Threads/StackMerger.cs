namespace Tracer.Core.Stacks.Threads;

/// <summary>
/// Puts the frames of interpreted code where the native frames of the evaluation function are that runs them. A group of frames is run by one of those: it is found
/// by an address inside of its stack frame where the interpreter keeps one, else the n-th group is that of the n-th.
/// </summary>
/// <typeparam name="T">A frame of interpreted code.</typeparam>
/// <param name="native">The native frames, innermost first.</param>
/// <param name="stackPointers">Their stack pointers.</param>
/// <param name="isEvaluation">Whether a native frame is one of the evaluation function; asked only where groups have no marks.</param>
public sealed class StackMerger<T>(IReadOnlyList<NativeFrame> native, IReadOnlyList<ulong> stackPointers, Func<NativeFrame, bool> isEvaluation)
{
    private readonly List<(NativeFrame? Native, T? Interpreted)> _merged = [];

    /// <summary>The frames in order.</summary>
    public IReadOnlyList<(NativeFrame? Native, T? Interpreted)> Merged => _merged;

    /// <summary>Merges; false when the two do not fit together: then all of the interpreted frames come before all of the native ones.</summary>
    /// <param name="groups">The groups, innermost first, with their marks or 0.</param>
    /// <param name="isWhole">Whether there are no more groups, and no more native frames, than these.</param>
    public bool Merge(IReadOnlyList<(ulong Mark, IReadOnlyList<T> Frames)> groups, bool isWhole = true)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.All(g => g.Mark == 0))
            return ByOrder(groups, isWhole);
        var at = 0;
        foreach (var (mark, frames) in groups)
        {
            // What a cut group is run by comes next.
            var next = mark == 0 ? NextEvaluation(at) : at;
            while (mark == 0 ? at < next : at < native.Count && End(at) <= mark)
                _merged.Add((native[at++], default));
            // The unwinder may have ended below it: then there is no native frame to replace.
            if (at < native.Count && (mark == 0 ? isEvaluation(native[at]) : stackPointers[at] <= mark))
                at++;

            Add(frames);
        }

        for (; at < native.Count; at++)
            _merged.Add((native[at], default));
        return true;
    }

    private ulong End(int frame) => frame + 1 < native.Count ? stackPointers[frame + 1] : ulong.MaxValue;

    // Where the next frame of the evaluation function is; here when there is none.
    private int NextEvaluation(int from)
    {
        for (var k = from; k < native.Count; k++)
        {
            if (isEvaluation(native[k]))
                return k;
        }

        return from;
    }

    private bool ByOrder(IReadOnlyList<(ulong Mark, IReadOnlyList<T> Frames)> groups, bool isWhole)
    {
        var count = native.Count(isEvaluation);
        // At its entry and at its exits the function's own frame of interpreted code is not there yet, or no more.
        var outside = count == groups.Count + 1 && native.Count > 0 && isEvaluation(native[0]) ? 1 : 0;
        var fits = count == groups.Count + outside || !isWhole;
        if (!fits)
        {
            foreach (var (_, frames) in groups)
                Add(frames);
        }

        var next = -outside;
        foreach (var frame in native)
        {
            if (fits && isEvaluation(frame) && next++ is >= 0 and var group && group < groups.Count)
                Add(groups[group].Frames);
            else
                _merged.Add((frame, default));
        }

        return fits;
    }

    private void Add(IReadOnlyList<T> frames)
    {
        foreach (var frame in frames)
            _merged.Add((null, frame));
    }
}
