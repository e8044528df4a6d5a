using System.Diagnostics;
using System.Text;
using Tracer.Linux;

namespace Tracer.Testing;

/// <summary>
/// A real program to be traced by a test: started by posix_spawn, its output read as it comes, told to go on through its standard input, killed by
/// Dispose. Standard error goes to the test's own unless it is merged.
/// </summary>
public sealed class LiveTarget : IDisposable
{
    private readonly ISystemCallGate _gate = LinuxSystemCalls.Instance;
    private readonly ChildProcess _child;
    private readonly OwnedDescriptor _input;
    private readonly OwnedDescriptor _output;
    private readonly Thread _reader;
    private readonly object _lock = new(); // Not a Lock: waited on and pulsed.
    private readonly MemoryStream _read = new();
    private int _linesTakenTo;
    private bool _ended;
    private volatile bool _closing;

    private LiveTarget(ChildProcess child, OwnedDescriptor input, OwnedDescriptor output)
    {
        _child = child;
        _input = input;
        _output = output;
        _reader = new Thread(ReadOutput) { IsBackground = true, Name = $"output of {child.Pid}" };
        _reader.Start();
    }

    /// <summary>The process id.</summary>
    public int Pid => _child.Pid;

    /// <summary>The child itself.</summary>
    public ChildProcess Process => _child;

    /// <summary>How it ended; null while it is not known to have.</summary>
    public WaitStatus? ExitStatus => _child.ExitStatus;

    /// <summary>Everything it has written so far, lines already taken included.</summary>
    public string StandardOutput
    {
        get
        {
            lock (_lock) return Encoding.UTF8.GetString(_read.GetBuffer(), 0, (int)_read.Length);
        }
    }

    /// <summary>Starts a program; throws with the reason when it cannot be. <paramref name="env"/> adds to our environment.</summary>
    public static LiveTarget Start(
        string path,
        IReadOnlyList<string>? args = null,
        IReadOnlyDictionary<string, string>? env = null,
        bool startStopped = false,
        bool mergeStandardError = false,
        string? workingDirectory = null)
    {
        var gate = LinuxSystemCalls.Instance;
        using var toChild = Pipe.Create(gate, "a target's input").Value;
        using var fromChild = Pipe.Create(gate, "a target's output").Value;
        Dictionary<string, string>? environment = null;
        if (env is not null)
        {
            environment = [];
            foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
                environment[(string)entry.Key] = (string?)entry.Value ?? "";
            foreach (var (name, value) in env) environment[name] = value;
        }

        var child = ChildProcess.Start(gate, new SpawnOptions
        {
            Path = path,
            Arguments = args ?? [],
            Environment = environment,
            WorkingDirectory = workingDirectory,
            StandardInput = toChild.Reader,
            StandardOutput = fromChild.Writer,
            StandardError = mergeStandardError ? fromChild.Writer : null,
            StartStopped = startStopped,
        }).Value;
        return new LiveTarget(child, toChild.TakeWriter(), fromChild.TakeReader());
    }

    /// <summary>The next line of output, without its newline; throws <see cref="TimeoutException"/>, with what there was, when none comes in time or the output has ended.</summary>
    public string ReadLine(TimeSpan? timeout = null)
    {
        var clock = Stopwatch.StartNew();
        var limit = timeout ?? TimeSpan.FromSeconds(20);
        lock (_lock)
        {
            while (true)
            {
                var rest = _read.GetBuffer().AsSpan(_linesTakenTo, (int)_read.Length - _linesTakenTo);
                var newline = rest.IndexOf((byte)'\n');
                if (newline >= 0 || (_ended && !rest.IsEmpty))
                {
                    var line = newline >= 0 ? rest[..newline] : rest;
                    _linesTakenTo += newline >= 0 ? newline + 1 : rest.Length;
                    return Encoding.UTF8.GetString(line);
                }

                var left = limit - clock.Elapsed;
                if (_ended || left <= TimeSpan.Zero)
                {
                    throw new TimeoutException(
                        $"{_child.Path} (pid {Pid}, {_child.ExitStatus?.ToString() ?? "running"}) {(_ended ? "ended its output" : $"wrote no line in {limit}")}; so far: {Encoding.UTF8.GetString(_read.GetBuffer(), 0, (int)_read.Length)}");
                }

                Monitor.Wait(_lock, left);
            }
        }
    }

    /// <summary>Writes a line to its input.</summary>
    public void WriteLine(string line = "")
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n").AsSpan();
        while (!bytes.IsEmpty) bytes = bytes[(int)_gate.Write(_input, bytes).OrThrow($"writing to pid {Pid}")..];
    }

    /// <summary>Closes its input: it reads the end.</summary>
    public void CloseInput() => _input.Dispose();

    /// <summary>Sends it a signal.</summary>
    public void Send(Signal signal) => _child.Send(signal).OrThrow($"signalling pid {Pid}");

    /// <summary>Waits until it has exited and all its output has been read; throws <see cref="TimeoutException"/> when it takes longer.</summary>
    public WaitStatus WaitForExit(TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(20);
        var status = _child.WaitForExit(limit) ?? throw new TimeoutException($"{_child.Path} (pid {Pid}) still runs after {limit}; so far: {StandardOutput}");
        // A grandchild may keep the pipe open.
        _reader.Join(TimeSpan.FromSeconds(1));
        return status;
    }

    /// <summary>Kills and reaps it.</summary>
    public void Dispose()
    {
        _input.Dispose();
        _child.Dispose();
        _closing = true;
        _reader.Join();
        _output.Dispose();
    }

    private void ReadOutput()
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            var ready = _gate.Poll(_output, PollEvents.Readable, 50);
            if (ready.Raw <= 0 && _closing) break;
            if (ready.Raw <= 0) continue;
            var result = _gate.Read(_output, buffer);
            if (result.Raw <= 0) break;
            lock (_lock)
            {
                _read.Write(buffer, 0, result.Count);
                Monitor.PulseAll(_lock);
            }
        }

        lock (_lock)
        {
            _ended = true;
            Monitor.PulseAll(_lock);
        }
    }
}
