using System.CommandLine;

namespace Tracer.Cli.Tracing;

/// <summary>What a verb that sums up traces: the process of its first argument, or the command behind <c>--</c>, from its first instruction on.</summary>
/// <param name="command">What stood behind <c>--</c>; empty when there was none.</param>
internal sealed class TargetArgument(IReadOnlyList<string> command)
{
    private readonly ProcessArgument? _process = command.Count > 0
        ? null
        : new ProcessArgument("The process: its id, or ID@PID as the pid namespace of process PID numbers it; none when a command is started: VERB PROBE... -- COMMAND [ARG...].");

    private readonly LaunchArguments _launch = new();

    /// <summary>To be added before the verb's other arguments.</summary>
    public void AddTo(Command verb)
    {
        _launch.AddTo(verb);
        if (_process is not null)
            verb.Arguments.Add(_process.Argument);
    }

    /// <summary>Makes the session.</summary>
    public Func<TraceOptions, CancellationToken, Task<TraceSession>> Starter(ParseResult result)
    {
        if (_process is null)
            return _launch.Starter(command, result);
        var process = _process.Read(result);
        return (options, token) => TraceSession.AttachAsync(process, options, token);
    }
}
