using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Xunit;

namespace Tracer.Cli.Tests.Native;

/// <summary>Latencies of native functions, whichever way they are left and however that is seen: what was entered is what returned, was lost, or had no return.</summary>
public sealed class ReturnTests
{
    // As the kernel has it (MAX_URETPROBE_DEPTH).
    private const ulong MostNested = 64;

    /// <summary>Every backend at the exits, and ebpf by the kernel's following of calls, which it chooses for this program.</summary>
    public static TheoryData<BackendChoice, ReturnMethod> Ways =>
        [(BackendChoice.Ebpf, ReturnMethod.Auto), (BackendChoice.Ebpf, ReturnMethod.Sites), (BackendChoice.Perf, ReturnMethod.Auto), (BackendChoice.Ptrace, ReturnMethod.Auto)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Recursion_is_counted_by_its_own_arguments_in_every_way(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        var (answer, summary, rows) = await fixture.TraceAsync(backend, returns, "deep", "deep 10", Token, null, "n");
        Assert.Equal(Enumerable.Range(0, 11).Select(n => $"{n}").Order(StringComparer.Ordinal), rows.Keys);
        Assert.All(rows.Values, count => Assert.Equal(1UL, count));
        Assert.Equal((answer["calls"], 0UL, 0UL, 0UL), (summary.Hits, summary.LostFrames, summary.LostReturns, summary.Unreturned));
        Assert.Equal(backend == BackendChoice.Ebpf && returns == ReturnMethod.Auto, fixture.Said.Contains("the kernel follows its calls", StringComparison.Ordinal));
        fixture.Finish();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Beyond_the_kernels_depth_what_is_lost_is_counted_exactly(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        var (answer, summary, _) = await fixture.TraceAsync(backend, returns, "deep", "deep 199", Token);
        var expected = backend == BackendChoice.Ebpf && returns == ReturnMethod.Auto ? MostNested : 200;
        Assert.Equal((200UL, expected, 200 - expected, 0UL), (answer["calls"], summary.Hits, summary.LostReturns, summary.Unreturned));
        fixture.Finish();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Eight_threads_are_kept_apart(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        var (answer, summary, rows) = await fixture.TraceAsync(backend, returns, "deep", "threads 8 40 5", Token, null, "n");
        Assert.Equal((8 * 40 * 6UL, 0UL, 0UL), (answer["calls"], summary.LostReturns, summary.Unreturned));
        Assert.Equal(6, rows.Count);
        Assert.All(rows.Values, count => Assert.Equal(8 * 40UL, count));
        fixture.Finish();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_filter_of_the_arguments_lets_the_others_go(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        var (_, summary, rows) = await fixture.TraceAsync(backend, returns, "deep", "deep 9", Token, "n > 3 && n != 7", "n", "tid == pid");
        Assert.Equal(["4 1", "5 1", "6 1", "8 1", "9 1"], rows.Keys);
        Assert.Equal((5UL, 0UL, 0UL), (summary.Hits, summary.LostReturns, summary.Unreturned));
        fixture.Finish();
    }

    [Theory]
    [InlineData("n > 3", 199UL - 3 - MostNested)]
    [InlineData("n < 10", 0UL)]
    [InlineData("retval > 3", 200UL - MostNested)]
    [InlineData("name == \"a\"", 200UL - MostNested)]
    [InlineData("n / 1 > 3", 200UL - MostNested)]
    public async Task Calls_that_a_filter_refuses_at_the_entry_are_neither_followed_nor_lost(string where, ulong lost)
    {
        using var fixture = new ReturnsFixture();
        var (_, summary, _) = await fixture.TraceAsync(BackendChoice.Ebpf, ReturnMethod.Auto, "deep", "deep 199", Token, where);
        Assert.Equal((lost == 0 ? 10 : MostNested, lost, 0UL), (summary.Hits, summary.LostReturns, summary.Unreturned));
        fixture.Finish();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Calls_left_by_longjmp_have_no_return_and_spoil_no_other(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        await using var session = await fixture.AttachAsync(backend, returns, "left", Token, null, "n");
        var answer = fixture.Do("left 1000");
        await session.StopAsync();
        Assert.Equal((1000UL, 500UL), (answer["calls"], answer["returned"]));
        var summary = session.Summarise();
        Assert.Equal((500UL, 0UL, 500UL), (summary.Hits, summary.LostReturns, summary.Unreturned));
        Assert.Equal(Enumerable.Range(0, 500).Select(k => $"{(2 * k) + 1}").Order(StringComparer.Ordinal), ReturnsFixture.Rows(session).Keys);
        fixture.Finish();
    }

    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Perf)]
    [InlineData(BackendChoice.Ptrace)]
    public async Task Exceptions_pass_through_a_traced_function_because_its_exits_are_observed(BackendChoice backend)
    {
        using var fixture = new ReturnsFixture("throws");
        var (answer, summary, _) = await fixture.TraceAsync(backend, ReturnMethod.Auto, "passed", "throw 100", Token);
        Assert.Equal((100UL, 50UL), (answer["calls"], answer["thrown"]));
        Assert.Equal((50UL, 0UL, 50UL), (summary.Hits, summary.LostReturns, summary.Unreturned));
        Assert.Contains("Information pid:throws:passed:return: its exits are observed, the kernel does not follow its calls: throws has code that runs when stacks are unwound", fixture.Said, StringComparison.Ordinal);
        fixture.Finish();
    }

    [Fact]
    public async Task Stacks_are_switched_within_a_traced_function_because_its_exits_are_observed()
    {
        using var fixture = new ReturnsFixture("throws");
        var (answer, summary, _) = await fixture.TraceAsync(BackendChoice.Ebpf, ReturnMethod.Auto, "step", "switch 10", Token);
        Assert.Equal((20UL, 0UL), (answer["steps"], answer["lost"]));
        // The other stack is in the middle of its step.
        Assert.Equal((19UL, 1UL), (summary.Hits, summary.Unreturned));
        fixture.Finish();
    }

    /// <summary>That the choice matters: the same program, forced, does not survive.</summary>
    [Fact]
    public async Task What_is_forced_is_warned_of_and_may_end_the_target()
    {
        using var fixture = new ReturnsFixture("throws");
        await using var session = await fixture.AttachAsync(BackendChoice.Ebpf, ReturnMethod.Kernel, "passed", Token);
        Assert.Contains("Warning sharptrace: The kernel follows the calls of pid:throws:passed:return, as asked for.", fixture.Said, StringComparison.Ordinal);
        Assert.Contains("[ST0215]", fixture.Said, StringComparison.Ordinal);
        fixture.Target.WriteLine("throw 2");
        Assert.Equal(Signal.Abrt, fixture.Target.WaitForExit().TerminationSignal);
    }

    [Fact]
    public async Task A_tail_call_is_a_part_of_the_function_when_that_is_asked_for()
    {
        using var fixture = new ReturnsFixture();
        var (_, forced, _) = await fixture.TraceAsync(BackendChoice.Ebpf, ReturnMethod.Kernel, "tail", "tail", Token);
        var (_, exact, _) = await fixture.TraceAsync(BackendChoice.Ebpf, ReturnMethod.Auto, "tail", "tail", Token);
        Assert.Equal((1UL, 0UL, 1UL, 0UL), (forced.Hits, forced.Unreturned, exact.Hits, exact.Unreturned));
        Assert.Contains("Warning", fixture.Said, StringComparison.Ordinal);
        fixture.Finish();
    }

    [Fact]
    public async Task Backends_that_cannot_follow_calls_say_so_when_it_is_asked_for()
    {
        using var fixture = new ReturnsFixture();
        var error = await Assert.ThrowsAsync<TracerException>(() => fixture.AttachAsync(BackendChoice.Ptrace, ReturnMethod.Kernel, "deep", Token));
        Assert.Equal("ST0204", error.Id);
        Assert.Contains("cannot let the kernel follow calls", error.Why, StringComparison.Ordinal);
        fixture.Finish();
    }

    [Fact]
    public async Task Stacks_are_taken_with_exits_observed()
    {
        using var fixture = new ReturnsFixture();
        await using var session = await fixture.AttachAsync(BackendChoice.Ebpf, ReturnMethod.Auto, "deep", Token, null, "ustack");
        fixture.Do("deep 3");
        await session.StopAsync();
        Assert.Contains("stacks are taken", fixture.Said, StringComparison.Ordinal);
        // One for each depth: a stack taken at a ret goes on to its callers.
        Assert.Equal(4, ReturnsFixture.Rows(session).Count);
        fixture.Finish();
    }

    /// <summary>An instruction behind the entry is a probe that shares no frame with the return: the two are told by their nesting, which needs every return.</summary>
    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Perf)]
    [InlineData(BackendChoice.Ptrace)]
    public async Task Pairs_of_other_probes_are_told_by_their_nesting_at_any_depth(BackendChoice backend)
    {
        using var fixture = new ReturnsFixture();
        var options = new TraceOptions
        {
            Probes = ["uprobe:returns:deep+1", "uretprobe:returns:deep"],
            Backend = backend,
            Queries = [TraceQuery.Latency("n") with { Function = AggregationFunction.Maximum }],
        };
        await using var session = await TraceSession.AttachAsync(fixture.Target.Pid, options, Token);
        fixture.Do("deep 199");
        await session.StopAsync();
        var rows = session.ReadAggregations()[0].Rows.ToDictionary(r => int.Parse(r.Keys[0].ToString()!, CultureInfo.InvariantCulture), r => r.Value);
        Assert.Equal(Enumerable.Range(0, 200), rows.Keys.Order());
        // A call lasts as long as those within it, and they as they are paired.
        Assert.All(Enumerable.Range(1, 199), n => Assert.True(rows[n] >= rows[n - 1], $"{n}: {rows[n]} after {rows[n - 1]}"));
        var summary = session.Summarise();
        Assert.Equal((0UL, 0UL, 0UL), (summary.LostFrames, summary.LostReturns, summary.Unreturned));
        fixture.Finish();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Detaching_in_the_middle_of_a_call_leaves_it_to_return(BackendChoice backend, ReturnMethod returns)
    {
        using var fixture = new ReturnsFixture();
        await using var session = await fixture.AttachAsync(backend, returns, "held", Token);
        fixture.Target.WriteLine("hold");
        Assert.Equal("held", fixture.Target.ReadLine());
        await session.StopAsync();
        var summary = session.Summarise();
        Assert.Equal((0UL, 1UL), (summary.Hits, summary.Unreturned));
        // A call that began before is none of the next session's.
        await using (var next = await fixture.AttachAsync(backend, returns, "held", Token))
        {
            Assert.Equal(42UL, fixture.Do("go on")["result"]);
            await next.StopAsync();
            Assert.Equal((0UL, 0UL), (next.Summarise().Hits, next.Summarise().Unreturned));
        }

        Assert.Equal(11UL, fixture.Do("deep 10")["calls"]);
        fixture.Finish();
    }

    [Fact]
    public void A_tracer_that_is_killed_in_the_middle_of_a_call_leaves_it_to_return()
    {
        using var fixture = new ReturnsFixture();
        using var command = Command.Start(
            Repository.Command, "attach", $"{fixture.Target.Pid}", "uretprobe:returns:held", "uretprobe:returns:deep", "--backend", "ebpf", "--returns", "kernel");
        Assert.StartsWith("Attached", command.StandardError.ReadLine(), StringComparison.Ordinal);
        fixture.Target.WriteLine("hold");
        Assert.Equal("held", fixture.Target.ReadLine());
        command.Kill();
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(42UL, fixture.Do("go on")["result"]);
        Assert.Equal(200UL, fixture.Do("deep 199")["calls"]);
        fixture.Finish();
    }

    [Fact]
    public async Task Every_format_tells_what_was_lost_and_what_had_no_return()
    {
        foreach (var (format, lost, open) in new[] { ("text", "136 returns not seen: more than 64 calls nested", "1 calls without a return"), ("json", "\"lostReturns\":136", "\"unreturned\":1") })
        {
            using var fixture = new ReturnsFixture();
            using var command = Command.Start(
                Repository.Command, "attach", $"{fixture.Target.Pid}", "uretprobe:returns:deep", "uretprobe:returns:left", "--backend", "ebpf", "--format", format, "--fail-on-loss", "-n", "65");
            var first = format == "json" ? command.StandardOutput.ReadLine() : command.StandardError.ReadLine();
            Assert.Contains("ttach", first, StringComparison.Ordinal);
            fixture.Do("deep 199");
            // One is left by longjmp, the next one's return is the last event that was asked for.
            fixture.Do("left 2");
            var (output, error) = (command.StandardOutput.ReadToEndAsync(Token), command.StandardError.ReadToEndAsync(Token));
            Assert.True(command.WaitForExit(TimeSpan.FromSeconds(30)));
            var said = await (format == "json" ? output : error);
            Assert.Contains(lost, said, StringComparison.Ordinal);
            Assert.Contains(open, said, StringComparison.Ordinal);
            Assert.Equal(3, command.ExitCode);
            fixture.Finish();
        }
    }
}
