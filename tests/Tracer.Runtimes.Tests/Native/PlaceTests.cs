using System.Globalization;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Offsets, addresses, lines, globs and everything that is refused, on running programs.</summary>
public sealed class PlaceTests
{
    [Theory]
    [InlineData("calls-gcc-O0")]
    [InlineData("calls-gcc-O2")]
    [InlineData("calls-gcc-O2-cet")]
    [InlineData("calls-clang-O2")]
    [InlineData("calls-split")]
    [InlineData("calls-stripped")]
    public void Offsets_inside_an_instruction_are_refused_and_the_nearest_named(string program)
    {
        using var fixture = new NativeFixture(program);
        var size = 0;
        var refused = 0;
        for (var offset = 1; offset < 4096; offset++)
        {
            var probe = fixture.One($"uprobe:{program}:choose+{offset}");
            if (probe.Sites.Count > 0)
            {
                size = offset;
                continue;
            }

            Assert.NotNull(probe.DormantReason);
            if (probe.DormantReason.Contains("is outside", StringComparison.Ordinal))
                break;
            Assert.Contains("in the middle of an instruction; the nearest start at +0x", probe.DormantReason, StringComparison.Ordinal);
            refused++;
        }

        Assert.True(size > 20 && refused > 20, $"{size} {refused}");
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task An_address_and_an_offset_are_hit_like_the_function(string backend)
    {
        const string Program = "calls-gcc-O0";
        using var fixture = new NativeFixture(Program);
        var entry = fixture.One($"uprobe:{Program}:add_ints");
        var address = entry.Sites[0].Location.ImageAddress;
        var byAddress = fixture.One($"uprobe:{Program}:0x{address:x}");
        // push %rbp; mov %rsp, %rbp.
        var byOffset = fixture.One($"uprobe:{Program}:add_ints+1");
        var returns = fixture.One($"uretprobe:{Program}:0x{address:x}");
        Assert.Contains("only functions return", fixture.Resolve($"uretprobe:{Program}:0x{address + 1:x}").Problem, StringComparison.Ordinal);
        var (events, lines, _) = await fixture.Trace(backend, [entry, byAddress, byOffset, returns], rounds: 3);
        fixture.Finish();
        var printed = new PrintedCalls(lines).Of("call", "add_ints").Select(c => c["b"]).ToArray();
        Assert.Equal(printed, events.Of(entry.FullName).Select(e => e["b"].Text));
        Assert.Equal(printed, events.Of(byAddress.FullName).Select(e => e["b"].Text));
        Assert.Equal(printed.Length, events.Of(byOffset.FullName).Count);
        Assert.Equal(printed.Length, events.Of(returns.FullName).Count);
    }

    [Theory]
    [InlineData("calls-gcc-O0", "ebpf")]
    [InlineData("calls-gcc-O0", "ptrace")]
    [InlineData("calls-gcc-O2", "ebpf")]
    [InlineData("calls-clang-O0", "ebpf")]
    [InlineData("calls-clang-O2", "ptrace")]
    public async Task A_line_is_hit_with_the_variables_in_scope(string program, string backend)
    {
        using var fixture = new NativeFixture(program);
        var line = LineOf("return (int)(a + b + c + d + e + f + g + h);");
        var probe = fixture.One($"uprobe:{program}:calls.c:{line}");
        Assert.NotEmpty(probe.Sites);
        var (events, lines, _) = await fixture.Trace(backend, [probe], rounds: 2);
        fixture.Finish();
        var printed = new PrintedCalls(lines).Of("call", "add_ints");
        var traced = events.Of(probe.FullName);
        Assert.Equal(printed.Count, traced.Count);
        for (var k = 0; k < printed.Count; k++)
        {
            foreach (var (name, expected) in printed[k])
            {
                Assert.True(traced[k].TryGetValue(name, out var value), name);
                if (program.Contains("O0", StringComparison.Ordinal) || value.Missing is null)
                    Assert.Equal((name, expected), (name, value.Text ?? value.Missing));
            }
        }
    }

    [Fact]
    public async Task Local_variables_are_seen_at_a_line()
    {
        const string Program = "calls-gcc-O0";
        using var fixture = new NativeFixture(Program);
        var probe = fixture.One($"uprobe:{Program}:native/calls.c:{LineOf("RETURN(\"choose\\tretval=i:%d\\n\", result);")}");
        Assert.Superset(new HashSet<string> { "r", "result", "which", "i", "l", "node" }, probe.Parameters.Select(p => p.Name).ToHashSet());
        var (events, lines, _) = await fixture.Trace("ptrace", [probe], rounds: 1);
        fixture.Finish();
        var printed = new PrintedCalls(lines);
        Assert.Equal(printed.Of("return", "choose").Select(c => c["retval"]), events.Of(probe.FullName).Select(e => e["result"].Text));
        Assert.Equal(Enumerable.Range(0, 9).Select(k => $"i:{k}"), events.Of(probe.FullName).Select(e => e["which"].Text));
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Functions_of_libc_are_hit_in_a_live_process(string backend)
    {
        using var fixture = new NativeFixture("calls-gcc-O2");
        var probes = new[] { fixture.One("uprobe:libc:fgets"), fixture.One("uretprobe:libc:fgets"), fixture.One("pid$target:libc.so.6:fgets:entry") };
        var (events, _, _) = await fixture.Trace(backend, probes, rounds: 3);
        fixture.Finish();
        // The read that waits while we attach was entered before.
        Assert.Equal(3, events.Of("uprobe:libc.so.6:fgets").Count);
        Assert.Equal(3, events.Of("pid:libc.so.6:fgets:entry").Count);
        Assert.Equal(2, events.Of("uretprobe:libc.so.6:fgets").Count);
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Without_debugging_information_arguments_are_registers(string backend)
    {
        const string Program = "calls-stripped";
        using var fixture = new NativeFixture(Program);
        var probes = new[] { fixture.One($"uprobe:{Program}:make_pair"), fixture.One($"uretprobe:{Program}:make_pair") };
        Assert.Equal("arg0: int64, arg1: int64, arg2: int64, arg3: int64, arg4: int64, arg5: int64", string.Join(", ", probes[0].Parameters));
        Assert.Equal("retval: int64", string.Join(", ", probes[1].Parameters));
        var (events, lines, _) = await fixture.Trace(backend, probes, rounds: 2);
        fixture.Finish();
        var printed = new PrintedCalls(lines);
        Assert.Equal(printed.Of("call", "make_pair").Select(c => c["second"]), events.Of(probes[0].FullName).Select(e => e["arg1"].Text));
        Assert.Equal(printed.Of("return", "make_pair").Select(c => c["retval"][2..]), events.Of(probes[1].FullName).Select(e => e["retval"].Text![2..]));
    }

    [Fact]
    public void A_glob_finds_functions_with_typed_parameters_and_has_a_limit()
    {
        using var fixture = new NativeFixture("calls-gcc-O2");
        var probes = fixture.Resolve("uprobe:a.out:make_*").Probes;
        Assert.Equal(
            ["uprobe:calls-gcc-O2:make_pair(first: int64, second: int64)", "uprobe:calls-gcc-O2:make_mixed(weight: double, count: int64)", "uprobe:calls-gcc-O2:make_big(start: int32, step: int64)"],
            probes.OrderBy(p => p.Sites[0].Location.Address).Select(p => p.ToString()));
        var all = fixture.Resolve("uprobe:libc:*");
        Assert.Empty(all.Probes);
        Assert.Matches("matches [0-9]+ functions, and at most 1000", all.Problem);
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task An_indirect_function_is_hit_where_this_process_has_it(string backend)
    {
        using var fixture = new NativeFixture("calls-gcc-O0");
        var probes = new[] { fixture.One("uprobe:libc:strlen(string)"), fixture.One("uretprobe:libc:strlen") };
        Assert.Contains("indirect function (IFUNC), of whose implementations this process has chosen", probes[0].Note, StringComparison.Ordinal);
        var (events, _, _) = await fixture.Trace(backend, probes, rounds: 1);
        fixture.Finish();
        // mix() asks for the length of its text.
        Assert.Contains(events.Of(probes[0].FullName), e => e["arg0"].Text == "s:hello");
        Assert.Contains(events.Of(probes[1].FullName), e => e["retval"].Text == "i:5");
        Assert.Equal(events.Of(probes[0].FullName).Count, events.Of(probes[1].FullName).Count);
    }

    [Fact]
    public void Without_a_process_an_indirect_function_is_refused_and_its_implementations_named()
    {
        using var fixture = new NativeFixture("calls-gcc-O0");
        var probe = fixture.OneOfFile("libc.so.6", "uprobe:libc:strlen");
        Assert.Empty(probe.Sites);
        Assert.Contains("indirect function (IFUNC)", probe.DormantReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uprobe:libc:maloc", "No function of libc.so.6 is called 'maloc'.", "uprobe:libc.so.6:malloc")]
    [InlineData("pid:libc:maloc:return", "No function of libc.so.6 is called 'maloc'.", "pid:libc.so.6:malloc:return")]
    [InlineData("uprobe:libd:malloc", "No mapped file matches 'libd'", null)]
    [InlineData("uprobe:calls-gcc-O2:0x10", "has no known instruction|no function", null)]
    [InlineData("uprobe:calls-gcc-O2:0x7fffffff", "has no code at 0x7fffffff", null)]
    [InlineData("uprobe:calls-gcc-O2:nothing.c:3", "No code of calls-gcc-O2 comes from line 3 of a file 'nothing.c'", null)]
    [InlineData("uprobe:calls-gcc-O2:calls.c:99999", "No code of calls-gcc-O2 comes from line 99999", null)]
    public void What_is_not_there_is_refused_with_the_nearest_names(string spec, string problem, string? suggestion)
    {
        using var fixture = new NativeFixture("calls-gcc-O2");
        var resolution = fixture.Resolve(spec);
        Assert.Empty(resolution.Probes);
        Assert.Matches(problem.Replace(".", "\\.", StringComparison.Ordinal), resolution.Problem);
        if (suggestion is not null)
            Assert.Equal(suggestion, resolution.Suggestions[0]);
    }

    [Fact]
    public void Types_given_in_parentheses_replace_those_of_the_debugging_information()
    {
        using var fixture = new NativeFixture("calls-stripped");
        Assert.Equal("arg0: string, arg1: int64", string.Join(", ", fixture.One("uprobe:calls-stripped:pick(string)").Parameters.Take(2)));
    }

    private static int LineOf(string text)
    {
        var path = Path.Combine(Path.GetDirectoryName(NativeFixture.PathOf("x"))!, "..", "..", "native", "calls.c");
        var index = Array.FindIndex(File.ReadAllLines(path), l => l.Contains(text, StringComparison.Ordinal));
        Assert.True(index >= 0, string.Create(CultureInfo.InvariantCulture, $"{text} is not in {path}"));
        return index + 1;
    }
}
