using Tracer.Cli.Tests.Rates;
using Tracer.Linux;
using Tracer.Testing;

namespace Tracer.Cli.Tests.Faults;

/// <summary>Attach, five rounds of two probes with semaphores, stop. The program counts its rounds and those in which a semaphore was raised.</summary>
internal sealed class AttachScenario(BackendChoice backend) : FaultScenario
{
    private LiveTarget _target = null!;
    private string _text = "";

    public override int ProcessId => _target.Pid;

    public override string Name => $"attach by {backend}";

    public static AttachScenario Start(BackendChoice backend)
    {
        var scenario = new AttachScenario(backend);
        scenario.Restart();
        return scenario;
    }

    public override void Dispose() => _target.Dispose();

    protected override async Task SessionAsync(ISystemCallGate gate)
    {
        var sink = new CountingSink();
        await using var session = await TraceSession.AttachAsync(_target.Pid, new TraceOptions { Probes = ["semaphores:guarded", "semaphores:always"], Backend = backend, Sink = sink, Gate = gate, GuardianPath = "" });
        var said = Ask("fire 5");
        await session.StopAsync();
        if (session.Completion.IsFaulted)
            await session.Completion;
        var summary = session.Summarise();
        if (said != "done guarded=5 always=5")
            throw new UntrueException($"The program says '{said}', and the session that both probes were armed.");
        if (summary.Events + summary.Lost != 10 || (ulong)sink.Count != summary.Events)
            throw new UntrueException($"{summary.Events} events and {summary.Lost} lost of 10; {sink.Count} came.");
    }

    protected override string? Harm()
    {
        var proc = new ProcFs(LinuxSystemCalls.Instance);
        if (proc.Status(_target.Pid).Value is { TracerPid: not 0 } traced)
            return $"it is traced by {traced.TracerPid}";
        // A line that a session did not wait for.
        var said = Ask("sema");
        if (said.StartsWith("done", StringComparison.Ordinal))
            said = _target.ReadLine();
        if (said != "sema guarded=0 always=0")
            return said;
        if (Text() != _text)
            return "its code has changed";
        return Ask("fire 3") is var done && done != "done guarded=0 always=3" ? done : null;
    }

    protected override void Restart()
    {
        _target?.Dispose();
        _target = LiveTarget.Start(Repository.Fixture("semaphores/semaphores"), []);
        _target.ReadLine();
        _text = Text();
    }

    private string Ask(string question)
    {
        try
        {
            _target.WriteLine(question);
        }
        catch (KernelException error)
        {
            throw new TimeoutException($"The program reads no more: {error.Message}", error);
        }

        return _target.ReadLine(TimeSpan.FromSeconds(10));
    }

    private string Text() => TargetText.Of(_target.Pid);
}
