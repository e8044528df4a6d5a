using System.Text.Json;
using Xunit;

namespace Tracer.Cli.Tests.Python;

/// <summary><c>--print</c>: values of events beside the parameters that are always shown.</summary>
public sealed class PrintTests
{
    private const string Program = """
        class Outer:
            class Inner:
                def method(self):
                    return [1]
        def fails():
            raise KeyError(1)
        Outer.Inner().method()
        try:
            fails()
        except KeyError:
            pass
        """;

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void Values_that_are_asked_for_are_shown(string backend)
    {
        var result = Command.Run(
            "run", "python:function__return", "--where", "filename == \"<string>\" && funcname != \"<module>\"", "--print", "qualname, exception", "--print", "lineno + 1, qualname",
            "--backend", backend, "--format", "json", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(0, result.ExitCode);
        var values = new List<string>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() != "event")
                continue;
            var arguments = document.RootElement.GetProperty("data").GetProperty("args");
            values.Add($"{arguments.GetProperty("funcname")} {arguments.GetProperty("qualname")} {arguments.GetProperty("exception")} {arguments.GetProperty("lineno")} {arguments.GetProperty("lineno + 1")}");
        }

        Assert.Equal(["Inner Outer.Inner 0 3 4", "Outer Outer 0 2 3", "method Outer.Inner.method 0 4 5", "fails fails 1 6 7"], values);
    }

    [Fact]
    public void What_is_no_value_to_show_is_refused()
    {
        var result = Command.Run("run", "python:function__entry", "--print", "ustack", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("[ST0218]", result.Error, StringComparison.Ordinal);
        result = Command.Run("run", "python:function__entry", "--print", "exception", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("qualname", result.Error, StringComparison.Ordinal);
    }
}
