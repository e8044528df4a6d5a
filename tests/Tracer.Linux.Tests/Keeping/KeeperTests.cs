using System.Runtime.CompilerServices;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

/// <summary>Processes that make calls in this one's stead.</summary>
[Collection("descriptors")]
public sealed class KeeperTests
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    [Fact]
    public void The_code_is_what_its_source_says() =>
        Assert.Equal(AssembledFile.Of(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "src", "Tracer.Linux", "Keeping", "keeper.S")).Code, KeeperCode.Bytes.ToArray());

    [Fact]
    public void Calls_are_made_by_another_process_and_what_they_open_is_ours()
    {
        var before = OwnedDescriptor.OpenCount;
        using (var kept = Kernel.Keep())
        {
            var keeper = (int)kept.Invoke(SystemCall.GetPid);
            Assert.NotEqual(Environment.ProcessId, keeper);
            Assert.Equal("st-keeper", File.ReadAllText($"/proc/{keeper}/comm").Trim());
            // Session and group are its own, all signals are blocked, and it ends without a signal to us.
            var fields = File.ReadAllText($"/proc/{keeper}/stat").Split(") ")[1].Split(' ');
            Assert.Equal((keeper.ToString(), keeper.ToString(), "0"), (fields[2], fields[3], fields[^15]));
            Assert.Contains("SigBlk:\tfffffffffffbfeff", File.ReadAllText($"/proc/{keeper}/status"), StringComparison.Ordinal);
            using var opened = kept.CreateEvent("a test").Value;
            Assert.False(Kernel.SignalEvent(opened).IsError);
            Assert.False(kept.ClearEvent(opened).IsError);
        }

        Assert.Equal(before, OwnedDescriptor.OpenCount);
        Assert.Empty(Keepers());
    }

    [Fact]
    public void Errors_come_back_as_the_kernel_has_them()
    {
        using var kept = Kernel.Keep();
        Assert.Equal(Errno.EBADF, new SystemCallResult(kept.Invoke(SystemCall.Close, 1 << 20)).Error);
    }

    [Fact]
    public async Task Calls_at_once_are_made_at_once()
    {
        using var kept = Kernel.Keep();
        const int Milliseconds = 20;
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Factory.StartNew(
            () =>
            {
                Assert.Equal(0, kept.Invoke(SystemCall.Poll, 0, 0, Milliseconds));
                return (int)kept.Invoke(SystemCall.GetPid);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.InRange(ids.Distinct().Count(), 2, 16);
        Assert.InRange(Keepers().Length, ids.Distinct().Count(), 16);
    }

    [Fact]
    public void A_keeper_that_is_killed_fails_the_call_and_another_takes_its_place()
    {
        using var kept = Kernel.Keep();
        var first = (int)kept.Invoke(SystemCall.GetPid);
        var file = kept.CreateEvent("a test").Value;
        Kernel.Kill(first, Signal.Kill).OrThrow("killing a keeper");
        // Descriptors are closed all the same: by us.
        var number = file.Number;
        file.Dispose();
        Assert.Equal(Errno.EBADF, new SystemCallResult(Kernel.Invoke(SystemCall.FCntl, number, 1)).Error);
        var second = (int)kept.Invoke(SystemCall.GetPid);
        Assert.NotEqual(first, second);
        Kernel.Kill(second, Signal.Kill).OrThrow("killing a keeper");
        Assert.Equal(Errno.EINTR, new SystemCallResult(kept.Invoke(SystemCall.GetPid)).Error);
        Assert.True(kept.Invoke(SystemCall.GetPid) > 0);
    }

    [Fact]
    public void Gates_share_their_keepers_and_the_last_one_ends_them()
    {
        var first = Kernel.Keep();
        using (var second = Kernel.Keep())
        {
            Assert.Equal(first.Invoke(SystemCall.GetPid), second.Invoke(SystemCall.GetPid));
            first.Dispose();
            first.Dispose();
            Assert.True(second.Invoke(SystemCall.GetPid) > 0);
        }

        Assert.Empty(Keepers());
    }

    private static int[] Keepers() => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Select(n => int.TryParse(n, out var pid) ? pid : 0).Where(IsOurs)];

    private static bool IsOurs(int pid)
    {
        try
        {
            return pid != 0 && File.ReadAllText($"/proc/{pid}/stat") is var stat && stat.Contains("(st-keeper) ", StringComparison.Ordinal)
                && stat.Split(") ")[1].Split(' ')[1] == Environment.ProcessId.ToString();
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
