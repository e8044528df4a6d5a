using System.Diagnostics;

namespace Tracer.Cli.Tests;

/// <summary>Runs the command under test to its end. It is not itself traced, so Process may start it.</summary>
internal static class Command
{
    public static CommandResult Run(params string[] arguments) => RunProgram(Repository.Command, arguments);

    public static CommandResult RunProgram(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.");
        }

        return new CommandResult(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

/// <summary>What a command did.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
