using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Tracer.Cli.Tests.Hostile;

/// <summary>
/// Runs the command against a target that lies and checks what holds whatever the target says: an end in time, memory within bounds, a documented exit code, no internal
/// error, and nothing on either stream that a terminal obeys.
/// </summary>
internal static partial class BoundedCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // Peak of the resident set; the runtime itself takes some 60 MiB of it when it is not compiled ahead.
    private const long MostMemory = 700L << 20;

    public static CommandResult Run(params string[] arguments)
    {
        using var process = Command.Start(Repository.Command, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var name = string.Join(' ', arguments);
        var peak = 0L;
        for (var started = Stopwatch.StartNew(); !process.WaitForExit(20);)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            if (started.Elapsed < Patience)
                continue;
            process.Kill();
            Assert.Fail($"{name} did not end in {Patience}.");
        }

        var result = new CommandResult(process.ExitCode, output.Result, error.Result);
        var all = $"{name}\n{result.Output}\n{result.Error}";
        Assert.True(result.ExitCode is >= 0 and <= 6, $"exit code {result.ExitCode}: {all}");
        Assert.DoesNotContain("ST0000", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", all, StringComparison.Ordinal);
        Assert.DoesNotMatch(StackTrace(), all);
        Assert.InRange(peak, 0, MostMemory);
        if (result.ExitCode != 0)
            Assert.Matches(@"\[ST0\d{3}\]", result.Error);
        var obeyed = (result.Output + result.Error).FirstOrDefault(c => (char.IsControl(c) && c is not '\n') || c == '\u202e');
        Assert.True(obeyed == default, string.Create(CultureInfo.InvariantCulture, $"U+{(int)obeyed:x4} in the output of {all}"));
        return result;
    }

    private static long PeakOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception error) when (error is IOException or FormatException)
        {
            // It has ended.
            return 0;
        }
    }

    [GeneratedRegex(@"^\s+at Tracer\.", RegexOptions.Multiline)]
    private static partial Regex StackTrace();
}
