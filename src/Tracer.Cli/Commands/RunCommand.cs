using System.CommandLine;
using Tracer.Cli.Tracing;
using Tracer.Core.Diagnostics;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace run PROBE... -- COMMAND [ARG...]</c></summary>
internal static class RunCommand
{
    /// <param name="command">What stood behind <c>--</c>.</param>
    public static Command Create(IReadOnlyList<string> command)
    {
        var probes = new Argument<string[]>("PROBE") { Description = "As for attach.", Arity = ArgumentArity.OneOrMore };
        var (tracing, events, launch) = (new TracingArguments(), new EventArguments(), new LaunchArguments());
        var verb = new Command("run", "Starts a command and traces it: sharptrace run PROBE... -- COMMAND [ARG...].") { probes };
        events.AddTo(verb);
        tracing.AddTo(verb);
        launch.AddTo(verb);
        verb.SetAction(async (result, _) =>
        {
            if (command.Count == 0)
                throw new TracerException("ST0005", FailureKind.Usage, "There is no command to run.", null, "Write it behind two hyphens: sharptrace run PROBE -- COMMAND.");
            var request = events.Read(result, tracing.Read(result, result.GetValue(probes)!));
            return await TracingRun.RunAsync(request, launch.Starter(command, result)).ConfigureAwait(false);
        });
        return verb;
    }
}
