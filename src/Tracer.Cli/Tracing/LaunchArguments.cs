using System.CommandLine;
using Tracer.Cli.Sudo;

namespace Tracer.Cli.Tracing;

/// <summary>The options of verbs that start a command.</summary>
internal sealed class LaunchArguments
{
    private readonly Option<bool> _asRoot = new("--as-root") { Description = "Under sudo, start the command as root; without it, it runs as the user who called sudo." };

    public void AddTo(Command verb) => verb.Options.Add(_asRoot);

    /// <summary>Starts the command: under sudo as the user who called it.</summary>
    public Func<TraceOptions, CancellationToken, Task<TraceSession>> Starter(IReadOnlyList<string> command, ParseResult result)
    {
        var user = result.GetValue(_asRoot) ? null : InvokingUser.Find();
        return (options, token) => TraceSession.LaunchAsync(command, options with { Launch = user is null ? null : UserStart.Launch(user) }, token);
    }
}
