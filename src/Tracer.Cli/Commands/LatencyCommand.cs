using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace latency PID ENTRY RETURN | FUNCTION [--by EXPR,...]</c>, or of a command: <c>sharptrace latency ENTRY RETURN | FUNCTION [--by EXPR,...] -- COMMAND [ARG...]</c></summary>
internal static class LatencyCommand
{
    /// <param name="command">What stood behind <c>--</c>.</param>
    public static Command Create(IReadOnlyList<string> command)
    {
        var target = new TargetArgument(command);
        var probes = new Argument<string[]>("PROBE")
        {
            Description = "Two probes, ENTRY and RETURN, or one FUNCTION: python:function is python:function__entry to python:function__return.",
            Arity = new ArgumentArity(command.Count > 0 ? 1 : 0, 2),
        };
        var (tracing, queries, statistic) = (new TracingArguments(), new QueryArguments(), new StatisticArguments());
        var verb = new Command(
            "latency",
            """
            Measures the time from an entry to its return, by thread; calls may be nested. --by and --where are of the return.

            Examples:
              sharptrace latency 4312 python:function --by funcname --top 5
              sharptrace latency 4312 python:gc__start python:gc__done --stat max --interval 1s
              sharptrace latency 4312 app:request --log 10,3,8,10
              sharptrace latency uprobe:a.out:parse -- ./a.out file
            """);
        target.AddTo(verb);
        verb.Arguments.Add(probes);
        statistic.AddTo(verb);
        queries.AddTo(verb);
        tracing.AddTo(verb);
        verb.SetAction(async (result, _) =>
        {
            var request = queries.Read(result, tracing.Read(result, target.Probes(result, result.GetValue(probes)!), target.IsGroup(result)), statistic.Read(result, TraceQuery.Latency()));
            return await TracingRun.RunAsync(request, target.Starter(result)).ConfigureAwait(false);
        });
        return verb;
    }
}
