using System.Diagnostics;
using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Testing;

namespace Tracer.Uprobes.Tests;

/// <summary>A running copy of Fixture.c, compiled once, and short ways to make plans for it.</summary>
internal sealed class Fixture : IDisposable
{
    private static readonly Lazy<string> Program = new(Compile);
    private readonly Dictionary<string, (ulong Offset, ulong Address)> _places = [];

    private Fixture()
    {
        // A file of its own: the kernel keeps one semaphore per file and offset, whoever asks, and tests run side by side.
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("sharptrace-uprobes-").FullName, "fixture");
        File.Copy(Program.Value, Path);
        Target = LiveTarget.Start(Path, [Path]);
        for (var line = Target.ReadLine(); line != "."; line = Target.ReadLine())
        {
            var parts = line.Split(' ');
            _places.Add(parts[0], (ulong.Parse(parts[1], CultureInfo.InvariantCulture), ulong.Parse(parts[2], CultureInfo.InvariantCulture)));
        }

        Module = new TargetModule(Path, Path, 0);
        Memory = new LiveMemory(Target.Pid);
        Process = new TargetProcess(Target.Pid, Memory, [Module]);
    }

    public string Path { get; }

    public LiveTarget Target { get; }

    public TargetModule Module { get; }

    public TargetProcess Process { get; }

    public ITargetMemory Memory { get; }

    public ulong Data => _places["data"].Address;

    public ProbeSemaphore Semaphore => new(Module, _places["semaphore"].Offset, _places["semaphore"].Address);

    public static Fixture Start()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        return new Fixture();
    }

    public CodeLocation At(string site) => new(Module, _places[site].Offset, _places[site].Address);

    public Probe Probe(string name, string site, params Expression[] arguments) => Probe(name, new ProbeSite(At(site), new ExpressionList(arguments)));

    public Probe Probe(string name, ProbeSite site) => new(
        "test", name, Module, ProbeSource.Usdt, [.. site.Arguments.Select((a, k) => new ProbeParameter($"arg{k}", a.Type))], [site]);

    /// <summary>Sends a command; gives the answer and the nanoseconds it took.</summary>
    public (string Answer, long Nanoseconds) Do(string command)
    {
        Target.WriteLine(command);
        var line = Target.ReadLine(TimeSpan.FromMinutes(1));
        var space = line.LastIndexOf(' ');
        return (line[..space], long.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>The bytes of the program's text, as the process has them now.</summary>
    public byte[] Code()
    {
        var bytes = new byte[64];
        Assert.Equal(bytes.Length, Memory.Read(At("hit").Address, bytes));
        return bytes;
    }

    /// <summary>The page of data, as it is.</summary>
    public byte[] Page()
    {
        var page = new byte[4096];
        Assert.Equal(page.Length, Memory.Read(Data, page));
        return page;
    }

    /// <summary>What a hit of the first thread knows of itself, but for the time.</summary>
    public FixedFacts Facts() => new()
    {
        Name = "fixture"u8.ToArray(),
        [BuiltInValue.ProcessId] = (ulong)Target.Pid,
        [BuiltInValue.ThreadId] = (ulong)Target.Pid,
        [BuiltInValue.ParentProcessId] = (ulong)Environment.ProcessId,
        [BuiltInValue.UserId] = 0,
        [BuiltInValue.GroupId] = 0,
    };

    public void Dispose()
    {
        Target.Dispose();
        ((IDisposable)Memory).Dispose();
        Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, true);
    }

    private static string Compile()
    {
        var directory = Directory.CreateTempSubdirectory("sharptrace-uprobes-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, true);
        var source = System.IO.Path.Combine(directory, "fixture.c");
        var program = System.IO.Path.Combine(directory, "fixture");
        using (var stream = typeof(Fixture).Assembly.GetManifestResourceStream("Fixture.c")!)
        using (var file = File.Create(source))
            stream.CopyTo(file);
        using var gcc = System.Diagnostics.Process.Start(new ProcessStartInfo("gcc", ["-O2", "-g0", "-pthread", "-o", program, source]) { RedirectStandardError = true })!;
        var errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException(errors);
    }

    private sealed class LiveMemory(int pid) : ITargetMemory, IDisposable
    {
        private readonly FileStream _file = new($"/proc/{pid}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);

        public void Dispose() => _file.Dispose();

        // Page by page, so that the count stops at the first page that cannot be read.
        public int Read(ulong address, Span<byte> destination)
        {
            var count = 0;
            while (count < destination.Length)
            {
                var at = address + (ulong)count;
                var chunk = Math.Min(destination.Length - count, 4096 - (int)(at & 4095));
                if (at > long.MaxValue || !TryRead((long)at, destination.Slice(count, chunk)))
                    break;
                count += chunk;
            }

            return count;
        }

        private bool TryRead(long at, Span<byte> part)
        {
            try
            {
                return RandomAccess.Read(_file.SafeFileHandle, part, at) == part.Length;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
