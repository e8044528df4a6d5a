namespace Tracer.Core.Execution;

/// <summary>When a thread's entries began that were not left yet, the newest last. So deep that none fits any more, entries are still counted, so that returns go with their own.</summary>
internal sealed class NestedTimes
{
    /// <summary>How deep times are kept.</summary>
    public const int Most = 64 * 1024;

    private ulong[] _times = new ulong[16];
    private int _depth;

    /// <summary>Notes an entry; false when its time is not kept.</summary>
    public bool Enter(ulong time)
    {
        var depth = _depth++;
        if (depth >= Most)
            return false;
        if (depth == _times.Length)
            Array.Resize(ref _times, depth * 2);
        _times[depth] = time;
        return true;
    }

    /// <summary>Takes the newest; false when there is none, or its time was not kept.</summary>
    public bool TryLeave(out ulong time)
    {
        time = 0;
        if (_depth == 0 || --_depth >= Most)
            return false;
        time = _times[_depth];
        return true;
    }
}
