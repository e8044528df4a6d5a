using System.CommandLine;

namespace Tracer.Cli.Tracing;

/// <summary>What a verb that sums up traces: the process of its first argument, or the command behind <c>--</c>, from its first instruction on.</summary>
/// <param name="command">What stood behind <c>--</c>; empty when there was none.</param>
internal sealed class TargetArgument(IReadOnlyList<string> command)
{
    private readonly ProcessesArgument? _process = command.Count > 0
        ? null
        : new ProcessesArgument("The process: its id, or ID@PID as the pid namespace of process PID numbers it; none when a command is started: VERB PROBE... -- COMMAND [ARG...].");

    private readonly LaunchArguments _launch = new();

    /// <summary>To be added before the verb's other arguments.</summary>
    public void AddTo(Command verb)
    {
        _launch.AddTo(verb);
        _process?.AddTo(verb);
    }

    /// <summary>The probes, given those of the verb's own argument.</summary>
    public IReadOnlyList<string> Probes(ParseResult result, IReadOnlyList<string> others) => _process?.Probes(result, others) ?? others;

    /// <summary>Makes the session.</summary>
    public Func<TraceOptions, CancellationToken, Task<TraceSession>> Starter(ParseResult result) =>
        _process is null ? _launch.Starter(command, result) : _process.Starter(result);

    /// <summary>Whether processes are followed, asked for or not.</summary>
    public bool IsGroup(ParseResult result) => _process?.IsGroup(result) == true;
}
