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
            "run", "python:function__return", "--where", "filename == \"<string>\" && funcname != \"<module>\"", "--print", "qualname, exception, module", "--print", "lineno + 1, qualname",
            "--backend", backend, "--format", "json", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(0, result.ExitCode);
        var values = new List<string>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() != "event")
                continue;
            var arguments = document.RootElement.GetProperty("data").GetProperty("args");
            Assert.Equal("__main__", arguments.GetProperty("module").GetString());
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

    // The process has ended when its last events are read.
    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void Arguments_and_variables_are_shown_also_of_a_process_that_is_gone(string backend)
    {
        const string Short = """
            class Named:
                def method(self, n, *rest, key="é"):
                    total = n + len(rest)
                    return [total]
            Named().method(2**70, {1: "one"}, key=b"x\0")
            """;
        var json = Command.Run(
            "run", "python:function__entry", "python:function__return", "--where", "funcname == \"method\"", "--args", "--locals", "--backend", backend, "--format", "json", "--", "/usr/bin/python3.11", "-I", "-c", Short);
        Assert.Equal(0, json.ExitCode);
        var events = json.Output.Split('\n').Where(l => l.Contains("\"event\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("data")).ToArray();
        Assert.Equal(2, events.Length);
        Assert.All(events, e => Assert.False(e.TryGetProperty("late", out _)));
        var arguments = events[0].GetProperty("args").GetProperty("args").EnumerateObject().Select(p => $"{p.Name}={p.Value.GetString()}").ToArray();
        Assert.Matches("^self=<__main__.Named object at 0x[0-9a-f]+>$", arguments[0]);
        Assert.Equal(["n=1180591620717411303424", "key=b'x\\x00'", "rest=({1: 'one'},)"], arguments[1..]);
        var locals = events[1].GetProperty("args").GetProperty("locals").EnumerateObject().Select(p => $"{p.Name}={p.Value.GetString()}").ToArray();
        Assert.Equal([.. arguments, "total=1180591620717411303425"], locals);

        var text = Command.Run("run", "python:function__return", "--where", "funcname == \"method\"", "--print", "value", "--backend", backend, "--", "/usr/bin/python3.11", "-I", "-c", Short);
        Assert.Contains("<string>:4 method value=[1180591620717411303425]\n", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_no_probe_can_tell_are_refused()
    {
        var result = Command.Run("run", "python:function__return", "--args", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("[ST0220]", result.Error, StringComparison.Ordinal);
        result = Command.Run("run", "python:function__entry", "--where", "args == 1", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(2, result.ExitCode);
        result = Command.Run("count", "python:function__entry", "--by", "args", "--", "/usr/bin/python3.11", "-I", "-c", Program);
        Assert.Equal(2, result.ExitCode);
    }
}
