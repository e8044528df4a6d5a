using System.Text.Json;
using Xunit;

namespace Tracer.Cli.Tests.Python;

/// <summary>The main job by the command itself; exact counts are tested beside the Python runtime.</summary>
public sealed class PythonCommandTests
{
    private const string Program = """
        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        def naïve(): pass
        fib(10)
        naïve()
        """;

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void Calls_are_printed_with_file_line_and_name(string backend)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sharptrace-fib-{backend}-{Environment.ProcessId}.py");
        File.WriteAllText(path, Program);
        try
        {
            var text = Command.Run("run", "python:function__entry", "--backend", backend, "--", "/usr/bin/python3.11", "-I", path);
            Assert.Equal(0, text.ExitCode);
            Assert.Equal(177, text.Output.Split('\n').Count(l => l.EndsWith($"  python:function__entry  {path}:1 fib", StringComparison.Ordinal)));
            Assert.Single(text.Output.Split('\n'), l => l.EndsWith($"{path}:3 naïve", StringComparison.Ordinal));

            var json = Command.Run("run", "python:::function-return", "--backend", backend, "--format", "json", "--", "/usr/bin/python3.11", "-I", path);
            var returns = 0;
            foreach (var line in json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var record = JsonDocument.Parse(line);
                if (record.RootElement.GetProperty("type").GetString() != "event")
                    continue;
                var arguments = record.RootElement.GetProperty("data").GetProperty("args");
                if (arguments.GetProperty("funcname").GetString() == "fib" && arguments.GetProperty("lineno").GetInt32() == 2)
                    returns++;
            }

            Assert.Equal(177, returns);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
