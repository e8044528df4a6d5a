using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Xunit;

namespace Tracer.Core.Tests.Probes;

public sealed class ProbeSpecTests
{
    private static readonly TargetModule Python = new("/usr/bin/python3.11", "/usr/bin/python3.11", 0);

    [Theory]
    [InlineData("python:app.py:12", "app.py", 12)]
    [InlineData("python:web/app.py:2147483647", "web/app.py", int.MaxValue)]
    public void A_line_of_interpreted_code_is_a_file_and_a_number(string text, string file, int line)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out _));
        Assert.Equal(("python", "line", new LinePlace(file, line)), (spec.Provider, spec.Name, spec.Line));
        Assert.Null(spec.Native);
        // It is no probe of a catalog, not even of this name.
        Assert.False(spec.Matches("python", "line", "python3.11"));
    }

    [Theory]
    [InlineData("python:app.py:0")]
    [InlineData("python:app.py:-1")]
    [InlineData("python:app.py:2147483648")]
    [InlineData("python:app.py:")]
    [InlineData("python::12")]
    [InlineData(":app.py:12")]
    public void What_is_no_line_is_an_error(string text) => Assert.False(ProbeSpec.TryParse(text, out _, out _));

    [Theory]
    [InlineData("python:function__entry", true)]
    [InlineData("python:function__*", true)]
    [InlineData("py*:*", true)]
    [InlineData("python:::function-entry", true)]
    [InlineData("python4312:::function-entry", true)]
    [InlineData("python$target:::function-entry", true)]
    [InlineData("python:python3.1?::function-entry", true)]
    [InlineData("*:::", true)]
    [InlineData("python:libpython*::function-entry", false)]
    [InlineData("python:function__return", false)]
    [InlineData("ruby:function__entry", false)]
    [InlineData("Python:function__entry", false)]
    public void A_spec_matches_by_globs_in_both_spellings(string text, bool matches)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out _));
        Assert.Equal(matches, spec.Matches(new Probe("python", "function__entry", Python, ProbeSource.Usdt, [], [])));
    }

    [Theory]
    [InlineData("python")]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("python:")]
    [InlineData("a:b:c")]
    [InlineData("a:b:c:d:e")]
    [InlineData("a:b(string")]
    [InlineData("a:b(strnig)")]
    [InlineData("uprobe:malloc")]
    [InlineData("uprobe::")]
    [InlineData("uprobe:libc:")]
    [InlineData("uprobe:libc:malloc+")]
    [InlineData("uprobe:libc:malloc+0xg")]
    [InlineData("uprobe:libc:0x")]
    [InlineData("uprobe:app:main.c:0")]
    [InlineData("uprobe:app:main.c:99999999999")]
    [InlineData("uretprobe:libc:malloc+4")]
    [InlineData("uretprobe:libc:0x")]
    [InlineData("uretprobe:app:main.c:3")]
    [InlineData("pid:libc:malloc")]
    [InlineData("pid:libc::entry")]
    [InlineData("pid:libc:malloc:exit")]
    [InlineData("python:libpython:f:function-entry")]
    public void A_malformed_spec_is_one_sentence(string text)
    {
        Assert.False(ProbeSpec.TryParse(text, out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_given_in_parentheses_change_the_arguments()
    {
        Assert.True(ProbeSpec.TryParse("app:request(string, _, int32)", out var spec, out _));
        var module = new TargetModule("/app", "/app", 0);
        var arguments = new ExpressionList(Build.Register(X64Register.Rdi), Build.Register(X64Register.Rsi), Build.Register(X64Register.Rdx));
        var probe = new Probe("app", "request", module, ProbeSource.Usdt,
            [new("arg0", IntegerType.UInt64), new("arg1", IntegerType.UInt64), new("arg2", IntegerType.UInt64)],
            [new ProbeSite(new CodeLocation(module, 1, 1), arguments)]);
        var typed = spec.Apply(probe);
        Assert.Equal("app:request(arg0: string, arg1: uint64, arg2: int32)", typed.ToString());
        Assert.Equal(["string(rdi)", "rsi", "int32(rdx)"], typed.Sites[0].Arguments.Select(a => a.ToString()));
    }
}
