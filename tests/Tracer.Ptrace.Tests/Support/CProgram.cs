using System.Globalization;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Testing;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>A C program compiled by a test from its source, and its symbols.</summary>
internal sealed class CProgram : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<string, ulong> _symbols = [];

    private CProgram(string folder) => _folder = folder;

    public string Path => System.IO.Path.Combine(_folder, "program");

    public static CProgram Compile(string source, params string[] flags)
    {
        var program = new CProgram(Directory.CreateTempSubdirectory("ptrace-").FullName);
        var file = program.Path + ".c";
        File.WriteAllText(file, source);
        Run("gcc", ["-O1", "-g0", "-pthread", "-o", program.Path, file, .. flags]);
        foreach (var line in Run("nm", [program.Path]).Split('\n'))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 3) program._symbols[parts[2]] = ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return program;
    }

    public LiveTarget Start(params string[] arguments) => LiveTarget.Start(Path, arguments);

    /// <summary>The address of a symbol in a running instance.</summary>
    public ulong AddressOf(int pid, string symbol) => _symbols[symbol] + Bias(pid);

    public CodeLocation At(TargetModule module, string symbol) => new(module, _symbols[symbol], _symbols[symbol]);

    public ProbeSemaphore SemaphoreAt(TargetModule module, string symbol) => new(module, _symbols[symbol], _symbols[symbol]);

    public TargetModule ModuleIn(int pid) => new(Path, Path, Bias(pid));

    /// <summary>A plan of probes made by a delegate that is given the module.</summary>
    public TracePlan Plan(int pid, Func<TargetModule, IEnumerable<Probe>> probes)
    {
        var module = ModuleIn(pid);
        return PlanBuilder.Build(new TargetProcess(pid, NoMemory.Instance, [module]), probes(module));
    }

    /// <summary>A plan of one probe a symbol, each without parameters.</summary>
    public TracePlan PlanOf(int pid, params string[] symbols) => Plan(pid, m => symbols.Select(s => Probes.At(m, s, At(m, s))));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static string Run(string tool, string[] arguments)
    {
        using var run = LiveTarget.Start(tool, arguments, mergeStandardError: true);
        var status = run.WaitForExit(TimeSpan.FromSeconds(60));
        if (status.ExitCode != 0 || status.IsSignaled) throw new InvalidOperationException($"{tool} {status}: {run.StandardOutput}");
        return run.StandardOutput;
    }

    private ulong Bias(int pid)
    {
        var first = new ProcFs(LinuxSystemCalls.Instance).Maps(pid).Value.Entries.First(e => e.Path == Path && e.FileOffset == 0);
        // An executable at a fixed address has its symbols there; one at any address counts from zero.
        return _symbols.Values.Where(v => v != 0).Max() >= first.Start ? 0 : first.Start;
    }

    private sealed class NoMemory : ITargetMemory
    {
        public static NoMemory Instance { get; } = new();

        public int Read(ulong address, Span<byte> destination) => 0;
    }
}
