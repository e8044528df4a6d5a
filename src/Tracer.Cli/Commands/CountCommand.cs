using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace count PID PROBE... [--by EXPR,...]</c>, or of a command: <c>sharptrace count PROBE... [--by EXPR,...] -- COMMAND [ARG...]</c></summary>
internal static class CountCommand
{
    /// <param name="command">What stood behind <c>--</c>.</param>
    public static Command Create(IReadOnlyList<string> command)
    {
        var target = new TargetArgument(command);
        var probes = new Argument<string[]>("PROBE") { Description = "As for attach.", Arity = command.Count > 0 ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore };
        var (tracing, queries) = (new TracingArguments(), new QueryArguments());
        var verb = new Command(
            "count",
            """
            Counts hits in the target's kernel or at its breakpoints, without an event for each.

            Examples:
              sharptrace count 4312 python:function__entry --by funcname --top 20
              sharptrace count 4312 'python:*' --interval 1s
              sharptrace count 4312 'app:request(string, int32)' --by arg0 --where 'arg1 >= 500'
              sharptrace count 'uprobe:a.out:parse*' -- ./a.out file
            """);
        target.AddTo(verb);
        verb.Arguments.Add(probes);
        queries.AddTo(verb);
        tracing.AddTo(verb);
        verb.SetAction(async (result, _) =>
        {
            var request = queries.Read(result, tracing.Read(result, target.Probes(result, result.GetValue(probes)!), target.IsGroup(result)), TraceQuery.Count());
            return await TracingRun.RunAsync(request, target.Starter(result)).ConfigureAwait(false);
        });
        return verb;
    }
}
