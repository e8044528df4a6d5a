using Tracer.Linux;

namespace Tracer.Ptrace.Rescue;

/// <summary>Looks for what a killed tracer has left in a process: cheap, and without touching it.</summary>
internal static class TestamentSearch
{
    // No session makes two; a target that forges them gets no more of our time than that.
    private const int MostPages = 64;

    /// <summary>The testaments in a process; of things that are borrowed still, unless <paramref name="includeDone"/>.</summary>
    public static List<Testament> In(ISystemCallGate gate, int processId, bool includeDone = false)
    {
        var found = new List<Testament>();
        if (!new ProcFs(gate).Maps(processId).TryGet(out var maps, out _)) return found;
        ProcessMemory? memory = null;
        var looked = 0;
        var head = new byte[TestamentLayout.Tables];
        foreach (var entry in maps.Entries)
        {
            if (!entry.IsExecutable || entry.IsFile || entry.Path.Length != 0 || looked++ == MostPages) continue;
            memory ??= new ProcessMemory(gate, processId);
            if (memory.Read(entry.Start, head).Count != head.Length) continue;
            var length = Testament.LengthFrom(head);
            if (length == 0 || (ulong)length > entry.End - entry.Start) continue;
            var bytes = new byte[length];
            if (memory.Read(entry.Start, bytes).Count != length || !Testament.TryParse(bytes, out var testament)) continue;
            // What it says of itself must be so.
            if (testament.Address != entry.Start || testament.Whole.Address + RescueArea.ScratchLength != entry.Start) continue;
            if (testament.Whole.Length - RescueArea.ScratchLength != entry.End - entry.Start) continue;
            if (includeDone || testament.Phase != TestamentPhase.Done) found.Add(testament);
        }

        memory?.Dispose();
        return found;
    }

    /// <summary>
    /// Who traces a process by ptrace, by one of its threads; zero: nobody. What was borrowed by a tracer that lives is its own: it traces the process from before it
    /// borrows anything until it has given all back.
    /// </summary>
    public static int TracerOf(ISystemCallGate gate, int processId)
    {
        var proc = new ProcFs(gate);
        if (!proc.Tasks(processId).TryGet(out var tids)) return 0;
        foreach (var tid in tids)
        {
            if (proc.ThreadStatus(processId, tid).TryGet(out var status) && status.TracerPid != 0) return status.TracerPid;
        }

        return 0;
    }
}
