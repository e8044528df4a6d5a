using Tracer.Core.Diagnostics;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Ptrace.Stopping;
using Tracer.Testing;

namespace Tracer.Ptrace.Tests;

/// <summary>A process that is stopped to be looked at stands still meanwhile and goes on as it would have.</summary>
public sealed class StoppedProcessTests
{
    private static readonly ISystemCallGate Gate = LinuxSystemCalls.Instance;

    [Fact]
    public void All_threads_stand_still_although_others_are_made_all_the_time()
    {
        using var target = LiveTarget.Start(Fixture("threads/threads"), ["load", "8"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        target.WriteLine();
        Assert.Equal("started", target.ReadLine());
        for (var k = 0; k < 50; k++)
        {
            var (stopped, moving) = StoppedProcess.While(Gate, target.Pid, threads => (threads.Count, Moving(target.Pid, threads)), out var time);
            Assert.True(stopped >= 1);
            Assert.Empty(moving);
            Assert.True(time > TimeSpan.Zero);
        }

        target.WriteLine("quit");
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public void No_signal_is_lost_and_none_is_added()
    {
        const int Stops = 100;
        Assert.SkipUnless(File.Exists("/usr/bin/python3.11"), "There is no /usr/bin/python3.11.");
        const string Script = """
            import os, select, signal, sys
            count = sent = 0
            def handler(*_):
                global count
                count += 1
            signal.signal(signal.SIGUSR1, handler)
            print("ready", flush=True)
            while not select.select([sys.stdin], [], [], 0)[0]:
                os.kill(os.getpid(), signal.SIGUSR1)
                sent += 1
            print("sent and handled" if sent == count and sent > 0 else (sent, count), flush=True)
            """;
        using var target = LiveTarget.Start("/usr/bin/python3.11", ["-c", Script]);
        Assert.Equal("ready", target.ReadLine());
        for (var k = 0; k < Stops; k++)
            Assert.Equal(1, StoppedProcess.While(Gate, target.Pid, threads => threads.Count, out _));
        target.WriteLine();
        Assert.Equal("sent and handled", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public void Registers_are_those_of_the_thread_and_a_failure_lets_go()
    {
        using var target = LiveTarget.Start(Fixture("threads/threads"));
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        var thrown = Assert.Throws<InvalidOperationException>(() => StoppedProcess.While<int>(Gate, target.Pid, _ => throw new InvalidOperationException("looking"), out _));
        Assert.Equal("looking", thrown.Message);
        var (rip, mapped) = StoppedProcess.While(Gate, target.Pid, threads =>
        {
            var address = Assert.Single(threads, t => t.ThreadId == target.Pid).Registers[X64Register.Rip];
            return (address, new ProcFs(Gate).Maps(target.Pid).Value.Entries.Any(e => e.IsExecutable && e.Contains(address)));
        }, out _);
        Assert.True(mapped, $"0x{rip:x} is no code");
        target.WriteLine();
        Assert.StartsWith("done fired=", target.ReadLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_is_traced_already_is_left_alone()
    {
        using var target = LiveTarget.Start(Fixture("threads/threads"));
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        var inner = StoppedProcess.While(Gate, target.Pid, _ => Record.Exception(() => StoppedProcess.While(Gate, target.Pid, t => t.Count, out TimeSpan _)), out _);
        Assert.Equal("ST0302", Assert.IsType<TracerException>(inner).Id);
        Assert.Equal("ST0303", Assert.Throws<TracerException>(() => StoppedProcess.While(Gate, 4_194_304, t => t.Count, out _)).Id);
    }

    private static List<string> Moving(int pid, IReadOnlyList<StoppedThread> threads)
    {
        var proc = new ProcFs(Gate);
        var moving = new List<string>();
        foreach (var tid in proc.Tasks(pid).Value)
        {
            // What has ended may still be listed.
            if (proc.ThreadStatus(pid, tid).TryGet(out var status) && status.State is not (ProcessState.TracingStop or ProcessState.Zombie or ProcessState.Dead))
                moving.Add($"{tid} {status.State}, {(threads.Any(t => t.ThreadId == tid) ? "held" : "unknown")}");
        }

        return moving;
    }

    private static string Fixture(string name) => Path.Combine(Root(), "native-tests", "out", name);

    private static string Root([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
