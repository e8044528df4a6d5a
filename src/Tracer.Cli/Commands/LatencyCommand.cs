using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace latency PID ENTRY RETURN | FUNCTION [--by EXPR,...]</c></summary>
internal static class LatencyCommand
{
    public static Command Create()
    {
        var pid = new Argument<int>("PID") { Description = "The process." };
        var probes = new Argument<string[]>("PROBE")
        {
            Description = "Two probes, ENTRY and RETURN, or one FUNCTION: python:function is python:function__entry to python:function__return.",
            Arity = new ArgumentArity(1, 2),
        };
        var (tracing, queries, statistic) = (new TracingArguments(), new QueryArguments(), new StatisticArguments());
        var command = new Command(
            "latency",
            """
            Measures the time from an entry to its return, by thread; calls may be nested. --by and --where are of the return.

            Examples:
              sharptrace latency 4312 python:function --by funcname --top 5
              sharptrace latency 4312 python:gc__start python:gc__done --stat max --interval 1s
              sharptrace latency 4312 app:request --log 10,3,8,10
            """) { pid, probes };
        statistic.AddTo(command);
        queries.AddTo(command);
        tracing.AddTo(command);
        command.SetAction(async (result, _) =>
        {
            var request = queries.Read(result, tracing.Read(result, result.GetValue(probes)!), statistic.Read(result, TraceQuery.Latency()));
            var process = result.GetValue(pid);
            return await TracingRun.RunAsync(request, (options, token) => TraceSession.AttachAsync(process, options, token)).ConfigureAwait(false);
        });
        return command;
    }
}
