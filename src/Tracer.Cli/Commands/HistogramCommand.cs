using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace hist PID PROBE... --value EXPR [--by EXPR,...]</c></summary>
internal static class HistogramCommand
{
    public static Command Create()
    {
        var pid = new Argument<int>("PID") { Description = "The process." };
        var probes = new Argument<string[]>("PROBE") { Description = "As for attach.", Arity = ArgumentArity.OneOrMore };
        var value = new Option<string>("--value") { Description = "The value, a D expression that gives an integer: lineno, arg1, 'arg1 - arg0'.", HelpName = "EXPR", Required = true };
        var (tracing, queries, statistic) = (new TracingArguments(), new QueryArguments(), new StatisticArguments());
        var command = new Command(
            "hist",
            """
            Tells how a value is distributed, or its sum, mean, least, greatest or standard deviation.

            Examples:
              sharptrace hist 4312 app:request --value arg1
              sharptrace hist 4312 app:request --value arg1 --by arg0 --linear 0,1000,100
              sharptrace hist 4312 app:request --value arg1 --stat avg --by tid --interval 1s
            """) { pid, probes };
        command.Options.Add(value);
        statistic.AddTo(command);
        queries.AddTo(command);
        tracing.AddTo(command);
        command.SetAction(async (result, _) =>
        {
            var query = statistic.Read(result, TraceQuery.Histogram(result.GetValue(value)!));
            var request = queries.Read(result, tracing.Read(result, result.GetValue(probes)!), query);
            var process = result.GetValue(pid);
            return await TracingRun.RunAsync(request, (options, token) => TraceSession.AttachAsync(process, options, token)).ConfigureAwait(false);
        });
        return command;
    }
}
