using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Testing;

namespace Tracer.Cli.Tests.Queries;

/// <summary>native-tests/aggregate, or another program with its protocol: it knows what its own aggregations are.</summary>
internal sealed class AggregateFixture : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly LiveTarget _target;

    public AggregateFixture(string program = "aggregate/aggregate")
    {
        _target = LiveTarget.Start(Repository.Fixture(program), []);
        _target.ReadLine(Patience);
    }

    public int Pid => _target.Pid;

    /// <summary>Lets it do something; gives the fields of its lines before "done".</summary>
    public IReadOnlyList<string[]> Do(string command)
    {
        _target.WriteLine(command);
        var lines = new List<string[]>();
        while (_target.ReadLine(Patience) is var line && !line.StartsWith("done ", StringComparison.Ordinal))
            lines.Add(line.Split('\t'));
        return lines;
    }

    /// <summary>Attaches, lets it do something and stops; gives the rows and the fixture's own lines.</summary>
    public async Task<(TraceSession Session, IReadOnlyList<string[]> Lines)> TraceAsync(TraceOptions options, string command, CancellationToken cancellationToken)
    {
        var session = await TraceSession.AttachAsync(Pid, options, cancellationToken);
        var lines = Do(command);
        await session.StopAsync();
        return (session, lines);
    }

    /// <summary>Rows as a comparable set: keys and value.</summary>
    public static SortedDictionary<string, string> Table(AggregationSnapshot snapshot) => new(snapshot.Rows.ToDictionary(
        r => string.Join(' ', r.Keys), r => r.Value.ToString(CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    public void Dispose() => _target.Dispose();
}
