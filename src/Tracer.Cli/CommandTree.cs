using System.CommandLine;
using Tracer.Cli.Commands;
using Tracer.Cli.Sudo;
using Tracer.Core.Diagnostics;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Output.Text;

namespace Tracer.Cli;

/// <summary>The command line: parses, runs a command, and turns every expected failure into one message and an exit code.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [UserStart.Verb, .. var start])
            return UserStart.Run(start);
        // What follows -- is the command to be started; it is not ours to parse.
        var separator = Array.IndexOf(args, "--");
        string[] command = separator < 0 ? [] : args[(separator + 1)..];
        var own = separator < 0 ? args : args[..separator];
        var root = new RootCommand(
            """
            Traces USDT probes and interpreters of running processes.

            Examples:
              sharptrace list 4312                                  what can be traced in process 4312
              sharptrace attach 4312 python:function__entry         one line per Python call
              sharptrace attach 4312 'python:gc__*' --duration 10s  garbage collections for ten seconds
              sharptrace run python:function__entry -- python3 app.py
              sharptrace count 4312 python:function__entry --by funcname --top 10
              sharptrace latency 4312 python:function --by funcname --interval 1s
              sharptrace stacks 4312                                where every Python thread is now
              sharptrace alloc 4312 --duration 10s                  whose memory grows
            """)
        {
            ListCommand.Create(),
            AttachCommand.Create(),
            RunCommand.Create(command),
            CountCommand.Create(command),
            HistogramCommand.Create(command),
            LatencyCommand.Create(command),
            StacksCommand.Create(),
            AllocCommand.Create(),
            RecoverCommand.Create(),
            DoctorCommand.Create(),
            CompletionsCommand.Create(),
        };
        var result = root.Parse(own);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
                await Console.Error.WriteLineAsync($"sharptrace: {error.Message} [ST0001]").ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"Run 'sharptrace {result.CommandResult.Command.Name} --help' for what it takes.").ConfigureAwait(false);
            return (int)ExitCode.Usage;
        }

        if (separator >= 0 && result.CommandResult.Command.Name is not ("run" or "count" or "hist" or "latency"))
        {
            await Console.Error.WriteLineAsync($"sharptrace: '{result.CommandResult.Command.Name}' starts no command. What stands behind -- is one; 'run', 'count', 'hist' and 'latency' take it. [ST0006]").ConfigureAwait(false);
            return (int)ExitCode.Usage;
        }

        try
        {
            var code = await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null })
                .ConfigureAwait(false);
            foreach (var file in MappedFile.CutShort)
                await Console.Error.WriteLineAsync(ErrorText.Of(TargetProcess.CutShort(file))).ConfigureAwait(false);
            return code == 0 && MappedFile.CutShort.Count > 0 ? (int)ExitCode.TracingFailed : code;
        }
        catch (TracerException error)
        {
            await Console.Error.WriteLineAsync(ErrorText.Of(error)).ConfigureAwait(false);
            return (int)ExitCodes.Of(error);
        }
        catch (Exception error) when (error is not IOException)
        {
            // A bug of ours. It is still told in a sentence; the stack trace is for those who ask for details.
            await Console.Error.WriteLineAsync($"sharptrace: Internal error: {error.GetType().Name}: {error.Message} Please report it. [ST0000]").ConfigureAwait(false);
            if (args.Contains("-vv"))
                await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            return (int)ExitCode.TracingFailed;
        }
        catch (IOException error)
        {
            // Standard output is gone (closed pipe, full disk) while a table was printed.
            await Console.Error.WriteLineAsync($"sharptrace: Output cannot be written. {error.Message} [ST0002]").ConfigureAwait(false);
            return (int)ExitCode.TracingFailed;
        }
    }
}
