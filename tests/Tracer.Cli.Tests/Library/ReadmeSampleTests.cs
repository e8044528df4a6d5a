using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Library;

/// <summary>The README's sample is the code that is compiled here, and it works.</summary>
public sealed class ReadmeSampleTests
{
    [Fact]
    public void The_readme_shows_the_code_that_is_compiled()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/Tracer.Cli.Tests/Library/ReadmeSample.cs"));
        var start = source.IndexOf("// <sample>", StringComparison.Ordinal) + "// <sample>".Length;
        var sample = source[start..source.IndexOf("// </sample>", StringComparison.Ordinal)]
            .Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0).Select(l => l.Length > 8 ? l[8..] : l);
        Assert.Contains(string.Join('\n', sample), File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_prints_the_calls_of_a_live_python()
    {
        using var target = LiveTarget.Start("/usr/bin/python3.11", ["-I", "-c", "import time\ndef tick(): time.sleep(0.01)\nprint('ready', flush=True)\nfor _ in range(150): tick()"]);
        target.ReadLine(TimeSpan.FromSeconds(30));
        var output = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(captured);
        try
        {
            await ReadmeSample.RunAsync(target.Pid, TestContext.Current.CancellationToken);
        }
        finally
        {
            Console.SetOut(output);
        }

        Assert.Contains("python:function__entry tick", captured.ToString(), StringComparison.Ordinal);
    }
}
