namespace Tracer.Runtimes.Tests.Native;

/// <summary>The kernel may follow calls only where nothing in the process, nor the function, can stumble over a replaced return address.</summary>
public sealed class CallCaveatTests
{
    [Theory]
    [InlineData("harmless", null)]
    [InlineData("array", null)]
    [InlineData("cancel", "hazard-cancel unwinds threads (pthread_cancel)")]
    [InlineData("exit", "hazard-exit unwinds threads (pthread_exit)")]
    [InlineData("backtrace", "hazard-backtrace walks its stack (backtrace)")]
    [InlineData("dlopen", "hazard-dlopen can load code that unwinds (dlopen)")]
    [InlineData("altstack", "hazard-altstack handles signals on a stack of their own (sigaltstack)")]
    [InlineData("contexts", "hazard-contexts switches stacks (swapcontext)")]
    [InlineData("switch", "that may switch stacks")]
    [InlineData("jit", "that is in no file that can be read")]
    [InlineData("seccomp", "a seccomp filter watches its system calls")]
    [InlineData("cleanup", "hazard-cleanup has code that runs when stacks are unwound")]
    [InlineData("static", "it has no C library of its own file")]
    public void What_would_stumble_over_a_replaced_return_address_is_found(string hazard, string? caveat)
    {
        using var fixture = new NativeFixture($"hazard-{hazard}");
        var probe = fixture.One("uretprobe:a.out:called");
        Assert.Single(probe.Calls);
        if (caveat is null)
            Assert.Null(probe.CallCaveat);
        else
            Assert.Contains(caveat, probe.CallCaveat, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deep", null)]
    [InlineData("held", null)]
    [InlineData("whence", "whence looks at its own return address at +0x")]
    [InlineData("tail", "tail is left by tail calls")]
    public void A_function_that_looks_at_its_return_address_or_is_left_otherwise_is_found(string function, string? caveat)
    {
        using var fixture = new NativeFixture("returns");
        var probe = fixture.One($"uretprobe:a.out:{function}");
        if (caveat is null)
            Assert.Null(probe.CallCaveat);
        else
            Assert.StartsWith(caveat, probe.CallCaveat, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_setjmp")]
    [InlineData("__sigsetjmp")]
    [InlineData("setjmp")]
    [InlineData("vfork")]
    [InlineData("dlsym")]
    [InlineData("dlopen")]
    public void The_C_librarys_functions_that_look_at_it_are_never_followed_unasked(string function)
    {
        using var fixture = new NativeFixture("returns");
        // Refused whole, or with a caveat.
        Assert.All(fixture.Resolve($"uretprobe:libc:{function}").Probes, p => Assert.True(p.Calls.Count == 0 || p.CallCaveat is not null, $"{p}: {p.CallCaveat}"));
    }

    [Fact]
    public void A_program_in_C_plus_plus_unwinds()
    {
        using var fixture = new NativeFixture("throws");
        Assert.Equal("throws has code that runs when stacks are unwound", fixture.One("uretprobe:a.out:passed").CallCaveat);
    }
}
