using System.Runtime.CompilerServices;
using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Native;
using Tracer.Testing;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>A program of native-tests/native, running, with the probes that are asked of it.</summary>
internal sealed class NativeFixture : IDisposable
{
    private readonly LiveTarget _target;
    private readonly TargetProcess _process;
    private readonly NativeProbes _probes;

    public NativeFixture(string program)
    {
        var path = PathOf(program);
        Assert.SkipUnless(File.Exists(path), $"{path} is not built: run eng/setup-tests.sh.");
        _target = LiveTarget.Start(path);
        Assert.Equal($"ready {_target.Pid}", _target.ReadLine());
        _process = new TargetOpener(LinuxSystemCalls.Instance).Open(_target.Pid);
        _probes = new NativeProbes(LinuxSystemCalls.Instance, _process.Modules, _target.Pid, _process.Memory);
    }

    public int Pid => _target.Pid;

    public static string PathOf(string program) => Path.GetFullPath(Path.Combine(Folder(), "..", "..", "..", "native-tests", "out", "native", program));

    public ProbeResolution Resolve(string text)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out var error), error);
        return _probes.Resolve(spec);
    }

    public Probe One(string text)
    {
        var resolution = Resolve(text);
        Assert.True(resolution.Problem is null, resolution.Problem);
        return Assert.Single(resolution.Probes);
    }

    /// <summary>The probe of one of its files, looked at without the process.</summary>
    public Probe OneOfFile(string name, string text)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out var error), error);
        using var probes = new NativeProbes(LinuxSystemCalls.Instance, [.. _process.Modules.Where(m => m.Name == name)]);
        return Assert.Single(probes.Resolve(spec).Probes);
    }

    /// <summary>Traces some rounds; gives what the program printed in them, without the lines <c>done</c>.</summary>
    /// <param name="backendName">ebpf, ptrace, or calls: ebpf that follows calls where that tells the same.</param>
    /// <param name="probes">The probes.</param>
    /// <param name="rounds">How often the program does everything.</param>
    public async Task<(CallEvents Events, List<string> Lines, List<string> Done)> Trace(string backendName, IReadOnlyList<Probe> probes, int rounds = 2)
    {
        var isFollowing = backendName == "calls";
        var plan = PlanBuilder.Build(_process, probes.Select(p => isFollowing && p is { Calls.Count: > 0, CallCaveat: null } ? p.FollowingCalls() : p));
        Assert.Equal(isFollowing && probes.Any(p => p is { Calls.Count: > 0, CallCaveat: null }), plan.FollowsCalls);
        IProbeBackend backend = backendName != "ptrace" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var support = backend.Evaluate(plan);
        Assert.SkipUnless(support.IsSupported && (!isFollowing || backend.FollowsCalls), $"{backendName}: {support.Reason}");
        var events = new CallEvents();
        var lines = new List<string>();
        var done = new List<string>();
        await using (var attachment = await backend.AttachAsync(plan, events, TestContext.Current.CancellationToken))
        {
            for (var r = 0; r < rounds; r++)
            {
                _target.WriteLine();
                string line;
                while (!(line = _target.ReadLine()).StartsWith("done", StringComparison.Ordinal))
                    lines.Add(line);
                done.Add(line);
            }

            await attachment.StopAsync();
            foreach (var emission in plan.Emissions)
                Assert.Equal(0UL, attachment.LostEvents(emission.Index));
            Assert.Equal((0UL, 0UL), (attachment.LostFrames, attachment.LostReturns));
        }

        return (events, lines, done);
    }

    /// <summary>Ends the program, which must have survived.</summary>
    public void Finish()
    {
        _target.CloseInput();
        Assert.Equal(0, _target.WaitForExit().ExitCode);
    }

    public void Dispose()
    {
        _probes.Dispose();
        _process.Dispose();
        _target.Dispose();
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
