using System.Buffers.Binary;
using System.Diagnostics;
using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// The guardian's own side: a process that waits for the end of the one that started it and gives the target back what that has left. It leaves the terminal and ignores what
/// ends programs; when the tracer has detached, it is killed by it.
/// </summary>
public static class GuardianProcess
{
    /// <summary>The command's hidden verb: <c>sharptrace guardian PID</c>.</summary>
    public const string Verb = "guardian";

    /// <summary>What it says when it is ready.</summary>
    internal const byte Ready = (byte)'R';

    // Forked children come a moment later, and a tracer's tracees are let go of a moment after its files are closed.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Guards one process until its tracer ends. Standard input comes from the tracer, standard output goes to it.</summary>
    public static int Run(ISystemCallGate gate, int processId)
    {
        ArgumentNullException.ThrowIfNull(gate);
        IgnoredSignals.Add(Signal.Int, Signal.Term, Signal.Hup, Signal.Quit, Signal.Pipe, Signal.Tstp, Signal.Ttin, Signal.Ttou, Signal.Usr1, Signal.Usr2, Signal.Alrm);
        var tracer = (int)gate.Invoke(SystemCall.GetPPid);
        var proc = new ProcFs(gate);
        var start = proc.StartTime(tracer).TryGet(out var ticks) ? ticks : 0;
        // What is born while the tracer dies is not older than we.
        var since = proc.StartTime((int)gate.Invoke(SystemCall.GetPid)).TryGet(out var own) ? own : 0;
        using var input = new OwnedDescriptor(gate, 0, "what the tracer tells");
        using (var output = new OwnedDescriptor(gate, 1, "what the tracer is told"))
        {
            if (gate.Write(output, [Ready]).IsError) return 0;
        }

        var known = Listen(gate, input);
        var clock = Stopwatch.StartNew();
        var idle = 0;
        // Twice nothing: what was being born at the first look is there at the second.
        while (idle < 2 && clock.Elapsed < Patience)
        {
            Thread.Sleep(Pause);
            var (found, done) = Visit(gate, processId, tracer, start, since, known);
            if (done) known = null;
            idle = found ? 0 : idle + 1;
        }

        return 0;
    }

    // The last testament told, until the tracer's end of the pipe is closed.
    private static Testament? Listen(ISystemCallGate gate, OwnedDescriptor input)
    {
        Testament? known = null;
        var length = new byte[sizeof(int)];
        while (Fill(gate, input, length))
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(length);
            if (size is < 0 or > 32 << 20) break;
            var bytes = new byte[size];
            if (!Fill(gate, input, bytes)) break;
            if (Testament.TryParse(bytes, out var testament)) known = testament;
        }

        return known;
    }

    private static bool Fill(ISystemCallGate gate, OwnedDescriptor input, byte[] bytes)
    {
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = gate.Read(input, bytes.AsSpan(filled));
            if (read.Error == Errno.EINTR) continue;
            if (read.Raw <= 0) return false;
            filled += read.Count;
        }

        return true;
    }

    // Whether anything was there to be done, though it may not have been possible yet; and whether what was known by the pipe alone is done.
    private static (bool Found, bool IsKnownDone) Visit(ISystemCallGate gate, int processId, int tracer, ulong start, ulong since, Testament? known)
    {
        if (known is { Address: 0 })
        {
            if (!new ProcFs(gate).Exists(processId)) return (false, true);
            if (TestamentSearch.TracerOf(gate, processId) != 0) return (true, false);
            return (true, Try(() => Recovery.Recover(gate, processId, known)));
        }

        var found = false;
        // The target first: its threads are waiting.
        foreach (var left in Recovery.LeftBy(gate, tracer, start, since).Prepend(processId))
        {
            if (TestamentSearch.In(gate, left).Count == 0) continue;
            found = true;
            if (TestamentSearch.TracerOf(gate, left) == 0) Try(() => Recovery.Recover(gate, left));
        }

        return (found, false);
    }

    private static bool Try(Action recover)
    {
        try
        {
            recover();
            return true;
        }
        catch (Exception e) when (e is TracerException or KernelException)
        {
            // It is being let go of, or is gone: the next look tells.
            return false;
        }
    }
}
