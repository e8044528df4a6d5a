using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace hist PID PROBE... --value EXPR [--by EXPR,...]</c>, or of a command: <c>sharptrace hist PROBE... --value EXPR [--by EXPR,...] -- COMMAND [ARG...]</c></summary>
internal static class HistogramCommand
{
    /// <param name="command">What stood behind <c>--</c>.</param>
    public static Command Create(IReadOnlyList<string> command)
    {
        var target = new TargetArgument(command);
        var probes = new Argument<string[]>("PROBE") { Description = "As for attach.", Arity = command.Count > 0 ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore };
        var value = new Option<string>("--value") { Description = "The value, a D expression that gives an integer: lineno, arg1, 'arg1 - arg0'.", HelpName = "EXPR", Required = true };
        var (tracing, queries, statistic) = (new TracingArguments(), new QueryArguments(), new StatisticArguments());
        var verb = new Command(
            "hist",
            """
            Tells how a value is distributed, or its sum, mean, least, greatest or standard deviation.

            Examples:
              sharptrace hist 4312 app:request --value arg1
              sharptrace hist 4312 app:request --value arg1 --by arg0 --linear 0,1000,100
              sharptrace hist 4312 app:request --value arg1 --stat avg --by tid --interval 1s
              sharptrace hist uretprobe:a.out:parse --value retval -- ./a.out file
            """);
        target.AddTo(verb);
        verb.Arguments.Add(probes);
        verb.Options.Add(value);
        statistic.AddTo(verb);
        queries.AddTo(verb);
        tracing.AddTo(verb);
        verb.SetAction(async (result, _) =>
        {
            var query = statistic.Read(result, TraceQuery.Histogram(result.GetValue(value)!));
            var request = queries.Read(result, tracing.Read(result, target.Probes(result, result.GetValue(probes)!), target.IsGroup(result)), query);
            return await TracingRun.RunAsync(request, target.Starter(result)).ConfigureAwait(false);
        });
        return verb;
    }
}
