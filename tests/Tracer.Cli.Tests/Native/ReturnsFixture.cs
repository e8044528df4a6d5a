using System.Globalization;
using Microsoft.Extensions.Logging;
using Tracer.Core.Events;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Native;

/// <summary>native-tests/native/returns and throws: programs that count how often their functions are entered and left.</summary>
internal sealed class ReturnsFixture(string program = "returns") : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Lines _log = new();

    public LiveTarget Target { get; } = Ready(LiveTarget.Start(Path.Combine(Repository.Root, "native-tests", "out", "native", program)));

    /// <summary>What the sessions said.</summary>
    public string Said => _log.Text;

    /// <summary>Lets it do something and gives the numbers of its answer.</summary>
    public Dictionary<string, ulong> Do(string command)
    {
        Target.WriteLine(command);
        return Answer();
    }

    public Dictionary<string, ulong> Answer()
    {
        string line;
        while (!(line = Target.ReadLine(Patience)).StartsWith("done ", StringComparison.Ordinal))
        {
        }

        return line.Split(' ').Skip(1).Select(p => p.Split('=')).ToDictionary(p => p[0], p => ulong.Parse(p[1], CultureInfo.InvariantCulture));
    }

    public Task<TraceSession> AttachAsync(BackendChoice backend, ReturnMethod returns, string function, CancellationToken cancellationToken, string? where = null, params string[] by) =>
        TraceSession.AttachAsync(
            Target.Pid,
            new TraceOptions
            {
                Probes = [$"pid:{program}:{function}:return"],
                Backend = backend,
                Returns = returns,
                Where = where,
                Queries = [TraceQuery.Latency(by)],
                Logger = _log,
            },
            cancellationToken);

    /// <summary>Traces one command to its end: its answer, the summary, and how many values each key has.</summary>
    public async Task<(Dictionary<string, ulong> Answer, TraceSummary Summary, SortedDictionary<string, ulong> Rows)> TraceAsync(
        BackendChoice backend, ReturnMethod returns, string function, string command, CancellationToken cancellationToken, string? where = null, params string[] by)
    {
        await using var session = await AttachAsync(backend, returns, function, cancellationToken, where, by);
        var answer = Do(command);
        await session.StopAsync();
        return (answer, session.Summarise(), Rows(session));
    }

    public static SortedDictionary<string, ulong> Rows(TraceSession session) =>
        new(session.ReadAggregations()[0].Rows.ToDictionary(r => string.Join(' ', r.Keys), r => r.Count), StringComparer.Ordinal);

    /// <summary>Ends the program, which must have survived.</summary>
    public void Finish()
    {
        Target.CloseInput();
        Assert.Equal(0, Target.WaitForExit().ExitCode);
    }

    public void Dispose() => Target.Dispose();

    private static LiveTarget Ready(LiveTarget target)
    {
        Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
        return target;
    }

    private sealed class Lines : ILogger
    {
        private readonly List<string> _lines = [];

        public string Text => string.Join('\n', _lines);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
