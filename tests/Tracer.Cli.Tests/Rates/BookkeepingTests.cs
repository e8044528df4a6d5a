using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rates;

/// <summary>
/// What fired is what was written and what was lost, for any number of threads at full speed, in every format, under every backend, also when the command
/// stands still for a second in the middle.
/// </summary>
public sealed partial class BookkeepingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static MatrixTheoryData<string, string, int> Cases => new(["ebpf", "perf", "ptrace"], ["text", "json"], [1, 2, 8]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Written_and_lost_events_are_all_that_fired(string backend, string format, int threads)
    {
        // Under ptrace every hit stops its thread: fewer are fired, and none is ever lost.
        var each = (backend == "ptrace" ? 8_000 : 400_000) / threads;
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), [each.ToString(CultureInfo.InvariantCulture), threads.ToString(CultureInfo.InvariantCulture)]);
        target.ReadLine(Patience);
        var file = Path.GetTempFileName();
        try
        {
            using var command = Command.Start(
                Repository.Command,
                ["attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit(_, string)", "--backend", backend, "--format", format, "-o", file]);
            if (format == "text")
                Lifecycle.Waiting.UntilArmed(command);
            else
                WaitForRecord(file, "attach");
            target.WriteLine();
            LinuxSystemCalls.Instance.Kill(command.Id, Signal.Stop).OrThrow("stopping the command");
            Thread.Sleep(1000);
            LinuxSystemCalls.Instance.Kill(command.Id, Signal.Cont).OrThrow("continuing the command");
            Assert.StartsWith($"done fired={each * threads} ", target.ReadLine(Patience), StringComparison.Ordinal);
            LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
            var error = command.StandardError.ReadToEnd();
            Assert.True(command.WaitForExit(Patience));
            Assert.Equal(0, command.ExitCode);
            var (written, delivered, lost) = format == "text" ? ReadText(file, error) : ReadJson(file);
            TestContext.Current.TestOutputHelper?.WriteLine($"{each * threads} fired, {written} written, {lost} lost");
            Assert.Equal(delivered, written);
            Assert.Equal(each * threads, delivered + lost);
            if (backend == "ptrace")
                Assert.Equal(0, lost);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (long Written, long Delivered, long Lost) ReadText(string file, string error)
    {
        var counts = Counts().Match(error);
        Assert.True(counts.Success, error);
        return (File.ReadLines(file).LongCount(), Number(counts.Groups[1].Value), Number(counts.Groups[2].Value));
    }

    private static (long Written, long Delivered, long Lost) ReadJson(string file)
    {
        long written = 0;
        foreach (var line in File.ReadLines(file))
        {
            using var record = JsonDocument.Parse(line);
            var type = record.RootElement.GetProperty("type").GetString();
            if (type == "event")
                written++;
            else if (type == "summary")
                return (written, record.RootElement.GetProperty("data").GetProperty("events").GetInt64(), record.RootElement.GetProperty("data").GetProperty("lost").GetInt64());
        }

        throw new InvalidDataException("There is no summary.");
    }

    private static void WaitForRecord(string file, string type)
    {
        var end = DateTime.UtcNow + Patience;
        while (!File.ReadAllText(file).Contains($"\"type\":\"{type}\"", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < end, "There is no such record.");
            Thread.Sleep(10);
        }
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([\d,]+) events, ([\d,]+) lost, ", RegexOptions.Multiline)]
    private static partial Regex Counts();
}
