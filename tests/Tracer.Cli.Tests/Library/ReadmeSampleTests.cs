using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Library;

/// <summary>The README's samples are the code that is compiled here, and they work.</summary>
public sealed class ReadmeSampleTests
{
    [Fact]
    public void The_readme_shows_the_code_that_is_compiled()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/Tracer.Cli.Tests/Library/ReadmeSample.cs"));
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var samples = source.Split("// <sample>").Skip(1).Select(s => s[..s.IndexOf("// </sample>", StringComparison.Ordinal)]).ToArray();
        Assert.Equal(2, samples.Length);
        foreach (var sample in samples)
        {
            var lines = sample.Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0).Select(l => l.Length > 8 ? l[8..] : l);
            Assert.Contains(string.Join('\n', lines), readme, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_samples_print_the_calls_of_a_live_python()
    {
        using var target = LiveTarget.Start("/usr/bin/python3.11", ["-I", "-c", "import time\ndef tick(): time.sleep(0.01)\nprint('ready', flush=True)\nfor _ in range(350): tick()"]);
        target.ReadLine(TimeSpan.FromSeconds(30));
        var output = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(captured);
        try
        {
            await ReadmeSample.SumUpAsync(target.Pid, TestContext.Current.CancellationToken);
            await ReadmeSample.RunAsync(target.Pid, TestContext.Current.CancellationToken);
        }
        finally
        {
            Console.SetOut(output);
        }

        Assert.Matches(@"(?m)^tick \d+$", captured.ToString());
        Assert.Contains("python:function__entry tick", captured.ToString(), StringComparison.Ordinal);
    }
}
