using System.CommandLine;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace attach PID PROBE...</c></summary>
internal static class AttachCommand
{
    public static Command Create()
    {
        var target = new ProcessesArgument();
        var probes = new Argument<string[]>("PROBE")
        {
            Description = "provider:probe with * and ?, DTrace's provider:module:function:name, a line as python:app.py:12, or with types: 'app:request(string, int32)'.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var (tracing, events) = (new TracingArguments(), new EventArguments());
        var command = new Command("attach", "Traces a running process.") { };
        target.AddTo(command);
        command.Arguments.Add(probes);
        events.AddTo(command);
        tracing.AddTo(command);
        command.SetAction(async (result, _) =>
        {
            var request = events.Read(result, tracing.Read(result, target.Probes(result, result.GetValue(probes)!), target.IsGroup(result)));
            return await TracingRun.RunAsync(request, target.Starter(result)).ConfigureAwait(false);
        });
        return command;
    }
}
