using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Core.Evaluation;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>Unwinds native-tests/stacks and python, stopped, and compares with what gdb says of the same process.</summary>
public sealed class LiveStackTests
{
    public static TheoryData<string, string> Cases() =>
    [
        .. from program in new[] { "stacks", "stacks-O0", "stacks-clang", "stacks.stripped" }
           from mode in new[] { "calls", "signal", "altstack", "thread" }
           select (program, mode),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frames_are_those_of_gdb(string program, string mode) => StoppedThread.OnOneThread(() =>
    {
        using var target = Start(program, mode);
        var thread = mode == "thread" ? SecondThread(target.Pid) : target.Pid;
        var (frames, end) = Unwind(target.Pid, thread);
        Assert.Equal(StackEnd.Outermost, end);
        Assert.InRange(frames.Length, 10, 100);
        Assert.Equal(mode is "signal" or "altstack" ? 1 : 0, frames.Count(f => f.Kind == NativeFrameKind.SignalTrampoline));
        Assert.Equal(mode is "signal" or "altstack" ? 1 : 0, frames.Count(f => f.Kind == NativeFrameKind.Interrupted));
        var gdb = Gdb.Backtrace(target.Pid, mode == "thread" ? 2 : 1);
        Assert.Equal(Addresses(gdb), frames.Select(f => f.Address.ToString("x", CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void Frame_pointers_lead_on_where_there_is_no_information() => StoppedThread.OnOneThread(() =>
    {
        using var target = Start("stacks-fp", "calls");
        var (frames, end) = Unwind(target.Pid, target.Pid);
        Assert.Equal(StackEnd.Outermost, end);
        Assert.Equal(Addresses(Gdb.Backtrace(target.Pid)), frames.Select(f => f.Address.ToString("x", CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void Python_in_a_sleep_has_the_frames_of_gdb() => StoppedThread.OnOneThread(() =>
    {
        using var target = SleepingPython();
        var (frames, end) = Unwind(target.Pid, target.Pid);
        Assert.Equal(StackEnd.Outermost, end);
        Assert.InRange(frames.Length, 20, 127);
        Assert.Equal(Addresses(Gdb.Backtrace(target.Pid)), frames.Select(f => f.Address.ToString("x", CultureInfo.InvariantCulture)));
    });

    [Theory]
    [InlineData("stacks")]
    [InlineData("stacks-clang")]
    public void At_every_instruction_the_stack_is_whole(string program) => StoppedThread.OnOneThread(() =>
    {
        const int Steps = 10_000;
        using var target = Start(program, "work");
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        using var stopped = new StoppedThread(target.Pid);
        var unwinder = new StackUnwinder(process.Code);
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        ulong[]? outer = null;
        var registers = stopped.Registers;
        for (var i = 0; i < Steps; i++)
        {
            var end = unwinder.Unwind(registers, process.Memory, frames, out var count);
            var where = $"step {i} at 0x{registers[X64Register.Rip]:x}, {count} frames";
            Assert.True(end == StackEnd.Outermost, $"{end}: {where}");
            // Whatever work() calls, its callers are the same all the time.
            var callers = frames.AsSpan(0, count)[^12..].ToArray().Select(f => f.Address).ToArray();
            outer ??= callers;
            Assert.True(callers.AsSpan().SequenceEqual(outer), where);
            stopped.Step();
            registers = stopped.Registers;
        }
    });

    [Fact]
    public void A_copied_stack_is_unwound_without_the_process() => StoppedThread.OnOneThread(() =>
    {
        using var target = Start("stacks", "calls");
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        RegisterSet registers;
        var copy = new byte[16 << 10];
        int length;
        using (var stopped = new StoppedThread(target.Pid))
        {
            registers = stopped.Registers;
            length = process.Memory.Read(registers[X64Register.Rsp], copy);
        }

        var slice = new StackSlice();
        slice.Set(registers[X64Register.Rsp], copy.AsMemory(0, length));
        var unwinder = new StackUnwinder(process.Code);
        var live = new NativeFrame[StackUnwinder.DefaultDepth];
        var copied = new NativeFrame[StackUnwinder.DefaultDepth];
        Assert.Equal(StackEnd.Outermost, unwinder.Unwind(registers, process.Memory, live, out var liveCount));
        target.Dispose();
        Assert.Equal(StackEnd.Outermost, unwinder.Unwind(registers, slice, copied, out var count));
        Assert.Equal(live[..liveCount], copied[..count]);
        // With too little of the stack, the innermost frames are there.
        slice.Set(registers[X64Register.Rsp], copy.AsMemory(0, 600));
        Assert.Equal(StackEnd.MemoryUnreadable, unwinder.Unwind(registers, slice, copied, out var fewer));
        Assert.InRange(fewer, 2, count - 1);
        Assert.Equal(live[..fewer], copied[..fewer]);
        slice.Set(registers[X64Register.Rsp], copy.AsMemory(0, length));
        Assert.Equal(StackEnd.DepthReached, unwinder.Unwind(registers, slice, copied.AsSpan(0, 5), out var five));
        Assert.Equal(5, five);
        Assert.Equal(0, Allocated.By(() => unwinder.Unwind(registers, slice, copied, out _)));
    });

    [Fact]
    public void The_vdso_is_a_module() => StoppedThread.OnOneThread(() =>
    {
        using var target = Start("stacks", "calls");
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        Assert.NotNull(process.Vdso);
        Assert.True(process.Vdso.Image.DynamicSymbols!.TryFind("__vdso_clock_gettime", out var symbol));
        Assert.Same(process.Vdso, process.Code.Find(symbol.Value + process.Vdso.LoadBias));
        Assert.Null(process.Code.Find(0));
        Assert.Null(process.Code.Find(ulong.MaxValue));
        Assert.DoesNotContain(process.Vdso, process.Modules);
    });

    internal static string Program(string name, [CallerFilePath] string path = "")
    {
        var program = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../native-tests/out/stacks", name));
        Assert.SkipUnless(File.Exists(program), $"{program} is not built (make -C native-tests).");
        return program;
    }

    internal static LiveTarget Start(string program, string mode)
    {
        var target = LiveTarget.Start(Program(program), [mode]);
        target.ReadLine();
        // From the line to the system call that blocks.
        if (mode != "work")
            WaitUntilAllSleep(target.Pid);
        return target;
    }

    internal static LiveTarget SleepingPython()
    {
        const string Program = """
            import time
            def f(n):
                if n:
                    list(map(f, [n - 1]))
                else:
                    print("ready", flush=True)
                    time.sleep(1000)
            f(3)
            """;
        Assert.SkipUnless(File.Exists("/usr/bin/python3.11"), "python3.11 is not installed.");
        var target = LiveTarget.Start("/usr/bin/python3.11", ["-c", Program]);
        target.ReadLine();
        WaitUntilAllSleep(target.Pid);
        return target;
    }

    private static void WaitUntilAllSleep(int pid)
    {
        var proc = new ProcFs(LinuxSystemCalls.Instance);
        Assert.True(SpinWait.SpinUntil(
            () => proc.Tasks(pid).Value.All(tid => proc.ThreadStatus(pid, tid).Value.State == ProcessState.Sleeping), TimeSpan.FromSeconds(10)));
    }

    internal static int SecondThread(int pid) => new ProcFs(LinuxSystemCalls.Instance).Tasks(pid).Value.Single(tid => tid != pid);

    private static (NativeFrame[] Frames, StackEnd End) Unwind(int pid, int thread)
    {
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(pid);
        using var stopped = new StoppedThread(thread);
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        var end = new StackUnwinder(process.Code).Unwind(stopped.Registers, process.Memory, frames, out var count);
        return (frames[..count], end);
    }

    private static IEnumerable<string> Addresses(List<GdbFrame> frames) =>
        frames.Where(f => !f.IsInlined).Select(f => f.Pc.ToString("x", CultureInfo.InvariantCulture));
}
