using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace count PID PROBE... [--by EXPR,...]</c></summary>
internal static class CountCommand
{
    public static Command Create()
    {
        var pid = new Argument<int>("PID") { Description = "The process." };
        var probes = new Argument<string[]>("PROBE") { Description = "As for attach.", Arity = ArgumentArity.OneOrMore };
        var (tracing, queries) = (new TracingArguments(), new QueryArguments());
        var command = new Command(
            "count",
            """
            Counts hits in the target's kernel or at its breakpoints, without an event for each.

            Examples:
              sharptrace count 4312 python:function__entry --by funcname --top 20
              sharptrace count 4312 'python:*' --interval 1s
              sharptrace count 4312 'app:request(string, int32)' --by arg0 --where 'arg1 >= 500'
            """) { pid, probes };
        queries.AddTo(command);
        tracing.AddTo(command);
        command.SetAction(async (result, _) =>
        {
            var request = queries.Read(result, tracing.Read(result, result.GetValue(probes)!), TraceQuery.Count());
            var process = result.GetValue(pid);
            return await TracingRun.RunAsync(request, (options, token) => TraceSession.AttachAsync(process, options, token)).ConfigureAwait(false);
        });
        return command;
    }
}
