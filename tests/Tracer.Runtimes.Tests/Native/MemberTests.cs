using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.D;
using Tracer.D.Binding;
using Tracer.D.Diagnostics;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Members that a pointer argument leads to, read from a running program.</summary>
public sealed class MemberTests
{
    private static readonly (string Path, string Expected)[] Paths =
    [
        ("->name", "s:first"), ("->label", "s:label"), ("->number", "i:42"), ("->corners[1].y", "i:4"), ("->grid[1][2]", "i:6"),
        ("->bits.a", "u:5"), ("->bits.b", "i:-9"), ("->bits.c", $"u:{0x1abcdef12}"), ("->bits.last", "u:77"), ("->next->name", "s:second"), ("[0].next[0].name", "s:second"),
        ("->color", "i:-2"), ("->label[1]", "i:97"), ("->name[2]", "i:114"),
    ];

    [Theory]
    [InlineData("calls-gcc-O0", "ebpf")]
    [InlineData("calls-gcc-O0", "ptrace")]
    [InlineData("calls-gcc-O2-dwarf4", "ebpf")]
    [InlineData("calls-clang-O2", "ptrace")]
    public async Task Members_of_every_kind_have_the_values_the_program_gave_them(string program, string backend)
    {
        using var fixture = new NativeFixture(program);
        var probe = fixture.One($"uprobe:{program}:visit");
        var scope = new ProbeScope(probe, new DwarfDebugTypes([.. probe.Parameters.Select(p => p.DebugType)], probe.DebugTypes));
        var members = Paths.Select(p =>
        {
            var text = probe.Parameters[0].Name + p.Path;
            Assert.True(ExpressionCompiler.TryCompile(text, scope, out var member, out var problems), DiagnosticFormatter.Format(problems, text));
            return (p.Path, Value: ExpressionParts.Replace(member, e => e is ParameterExpression a ? probe.Sites[0].Arguments[a.Index] : null));
        }).ToArray();
        probe = probe with
        {
            Parameters = [.. members.Select(m => new ProbeParameter(m.Path, m.Value.Type))],
            Sites = [.. probe.Sites.Select(s => s with { Arguments = new ExpressionList([.. members.Select(m => m.Value)]) })],
        };
        var (events, _, _) = await fixture.Trace(backend, [probe], rounds: 1);
        fixture.Finish();
        var values = Assert.Single(events.Of(probe.FullName));
        Assert.Equal(Paths, Paths.Select(p => (p.Path, values[p.Path].Text ?? values[p.Path].Missing!)));
    }
}
