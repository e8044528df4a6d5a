using System.Diagnostics;

namespace Tracer.Cli.Tests.Lifecycle;

/// <summary>Waiting for what the command says.</summary>
internal static class Waiting
{
    /// <summary>Reads standard error up to the line that says that all probes are armed.</summary>
    public static void UntilArmed(Process command)
    {
        var seen = new List<string>();
        while (command.StandardError.ReadLine() is { } line)
        {
            seen.Add(line);
            if (line.StartsWith("Attached to ", StringComparison.Ordinal))
                return;
        }

        throw new InvalidOperationException("The command ended before it had armed its probes: " + string.Join('\n', seen));
    }
}
