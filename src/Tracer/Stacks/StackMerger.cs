using Tracer.Core.Stacks;

namespace Tracer.Stacks;

/// <summary>
/// Puts the frames of interpreted code where the native frames of the evaluation function are that runs them. A group of frames is run by one of those: it is found
/// by an address inside of its stack frame where the interpreter keeps one, else the n-th group is that of the n-th.
/// </summary>
/// <typeparam name="T">A frame of interpreted code.</typeparam>
/// <param name="native">The native frames, innermost first.</param>
/// <param name="stackPointers">Their stack pointers.</param>
/// <param name="isEvaluation">Whether a native frame is one of the evaluation function; asked only where groups have no marks.</param>
internal sealed class StackMerger<T>(IReadOnlyList<NativeFrame> native, IReadOnlyList<ulong> stackPointers, Func<NativeFrame, bool> isEvaluation)
{
    private readonly List<(NativeFrame? Native, T? Interpreted)> _merged = [];

    /// <summary>The frames in order.</summary>
    public IReadOnlyList<(NativeFrame? Native, T? Interpreted)> Merged => _merged;

    /// <summary>Merges; false when the two do not fit together: then all of the interpreted frames come before all of the native ones.</summary>
    /// <param name="groups">The groups, innermost first, with their marks or 0.</param>
    public bool Merge(IReadOnlyList<(ulong Mark, IReadOnlyList<T> Frames)> groups)
    {
        if (groups.All(g => g.Mark == 0))
            return ByOrder(groups);
        var at = 0;
        foreach (var (mark, frames) in groups)
        {
            if (mark != 0)
            {
                while (at < native.Count && End(at) <= mark)
                    _merged.Add((native[at++], default));
                // The unwinder may have ended below it: then there is no native frame to replace.
                if (at < native.Count && stackPointers[at] <= mark)
                    at++;
            }

            Add(frames);
        }

        for (; at < native.Count; at++)
            _merged.Add((native[at], default));
        return true;
    }

    private ulong End(int frame) => frame + 1 < native.Count ? stackPointers[frame + 1] : ulong.MaxValue;

    private bool ByOrder(IReadOnlyList<(ulong Mark, IReadOnlyList<T> Frames)> groups)
    {
        var fits = native.Count(isEvaluation) == groups.Count;
        if (!fits)
        {
            foreach (var (_, frames) in groups)
                Add(frames);
        }

        var next = 0;
        foreach (var frame in native)
        {
            if (fits && isEvaluation(frame))
                Add(groups[next++].Frames);
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
