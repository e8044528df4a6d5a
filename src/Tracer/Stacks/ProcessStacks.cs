using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Ptrace.Stopping;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Stacks;

/// <summary>Takes the stacks of all threads of a process at one moment, interpreted and native frames in one.</summary>
public static class ProcessStacks
{
    /// <summary>Takes them.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="options">What to show; null for the usual.</param>
    /// <param name="gate">The kernel; null for this machine's.</param>
    /// <exception cref="TracerException">There is no such process, or it may not be looked at.</exception>
    public static StacksReport Take(int processId, StacksOptions? options = null, ISystemCallGate? gate = null)
    {
        options ??= new StacksOptions();
        gate ??= LinuxSystemCalls.Instance;
        var taken = LeftBehind.GiveBack(gate, processId);
        using var process = new TargetOpener(gate).Open(processId);
        var runtime = new PythonRuntime(gate);
        var warnings = new List<string>();
        if (taken is not null)
            warnings.Add(taken);
        var readers = new List<PythonThreads>();
        foreach (var module in process.Modules)
        {
            if (runtime.Recognise(module) is not { } recognised)
                continue;
            if (PythonThreads.Open(module, out var problem) is { } reader)
                readers.Add(reader);
            else
                warnings.Add($"The stacks of {recognised.Description} ({module.Path}) cannot be read: {problem}.");
        }

        var native = options.Native || readers.Count == 0;
        var (capture, stopped, notStopped) = Capture(gate, process, readers, options, native);
        warnings.AddRange(capture.Interpreters.Where(i => i.Problem is not null).Select(i => $"The threads of CPython {i.Reader.Version} cannot be read: {i.Problem}."));
        using var builder = new StacksBuilder(gate, process, capture, options, native);
        var threads = builder.Build();
        var shown = threads.Where(t => (options.Threads.Count == 0 || options.Threads.Contains(t.ThreadId)) && t.Frames.Count > 0).ToList();
        if (options.Threads.FirstOrDefault(t => !threads.Exists(s => s.ThreadId == t)) is not 0 and var missing)
            throw new TracerException("ST0219", FailureKind.NotFound, $"Process {process.ProcessId} has no thread {missing}.", null, "'sharptrace stacks PID' lists them.");
        return new StacksReport
        {
            ProcessId = process.ProcessId,
            CommandLine = new ProcFs(gate).CommandLine(process.ProcessId).TryGet(out var command) ? string.Join(' ', command) : "",
            Runtimes = [.. readers.Select(r => $"CPython {r.Version}")],
            Threads = shown,
            OmittedThreads = options.Threads.Count > 0 ? 0 : threads.Count - shown.Count,
            Stopped = stopped,
            NotStopped = notStopped,
            Warnings = warnings,
        };
    }

    private static (StacksCapture Capture, TimeSpan Stopped, string? NotStopped) Capture(
        ISystemCallGate gate, TargetProcess process, List<PythonThreads> readers, StacksOptions options, bool native)
    {
        var reason = "it was asked for";
        if (options.Stop)
        {
            // What is read once compiles and opens what reading takes, so that the process need not stand still for that.
            Read(process, readers, options);
            try
            {
                return (StoppedProcess.While(gate, process.ProcessId, threads => new StacksCapture(Copy(process, threads, native ? options.StackSize : 0), Read(process, readers, options)), out var stopped), stopped, null);
            }
            catch (TracerException error) when (error.Kind != FailureKind.NotFound && readers.Count > 0)
            {
                reason = error.What;
            }
        }

        var tasks = new ProcFs(gate).Tasks(process.ProcessId).TryGet(out var tids) ? tids : [];
        return (new StacksCapture([.. tasks.Select(t => (t, default(RegisterSet), Array.Empty<byte>()))], Read(process, readers, options)), TimeSpan.Zero, reason);
    }

    private static List<(int, RegisterSet, byte[])> Copy(TargetProcess process, IReadOnlyList<StoppedThread> threads, int size)
    {
        var copies = new List<(int, RegisterSet, byte[])>(threads.Count);
        var buffer = new byte[size];
        foreach (var thread in threads)
            copies.Add((thread.ThreadId, thread.Registers, size == 0 ? [] : buffer[..process.Memory.Read(thread.Registers[X64Register.Rsp], buffer)]));
        return copies;
    }

    private static List<(PythonThreads, IReadOnlyList<PythonThread>, string?)> Read(TargetProcess process, List<PythonThreads> readers, StacksOptions options)
    {
        var memory = new PageCache(process.Memory);
        return [.. readers.Select(r => (r, r.Read(memory, out var problem, options.Locals), problem))];
    }
}
