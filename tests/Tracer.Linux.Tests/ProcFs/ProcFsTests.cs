using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class ProcFsTests : IDisposable
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;
    private readonly ProcFs _proc = new(Kernel);
    private readonly string _folder = Directory.CreateTempSubdirectory("sharptrace-proc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_live_process_is_described()
    {
        using var target = LiveTarget.Start("/bin/cat", ["-", "-"]);
        target.WriteLine("ready");
        target.ReadLine();
        var status = _proc.Status(target.Pid).Value;
        Assert.Equal(("cat", target.Pid, Environment.ProcessId, 1), (status.Name, status.Tgid, status.PPid, status.Threads));
        Assert.Equal("cat", _proc.Comm(target.Pid).Value);
        Assert.EndsWith("/cat", _proc.Executable(target.Pid).Value, StringComparison.Ordinal);
        Assert.Equal(["/bin/cat", "-", "-"], _proc.CommandLine(target.Pid).Value);
        Assert.Equal([target.Pid], _proc.Tasks(target.Pid).Value);
        Assert.True(_proc.StartTime(target.Pid).Value >= _proc.StartTime(Environment.ProcessId).Value);
    }

    [Fact]
    public void Our_own_threads_are_listed()
    {
        using var stop = new ManualResetEventSlim();
        using var started = new CountdownEvent(4);
        var ids = new System.Collections.Concurrent.ConcurrentBag<int>();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            ids.Add(Kernel.ThreadId());
            started.Signal();
            stop.Wait();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        started.Wait(TestContext.Current.CancellationToken);
        var tasks = _proc.Tasks(Environment.ProcessId).Value;
        stop.Set();
        threads.ForEach(thread => thread.Join());
        Assert.Subset(tasks.ToHashSet(), ids.ToHashSet());
        Assert.Equal(4, ids.Distinct().Count());
    }

    [Fact]
    public void Our_own_map_holds_our_stack_and_agrees_with_the_kernels_lines()
    {
        var map = _proc.Maps(Environment.ProcessId).Value;
        Assert.Equal(0, map.UnreadableLines);
        Assert.Contains(map.Entries, entry => entry.Path == "[stack]");
        Assert.Contains(map.Entries, entry => entry.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal) && entry.IsExecutable);
        Assert.True(map.Entries.Zip(map.Entries.Skip(1)).All(pair => pair.First.End <= pair.Second.Start));
    }

    [Fact]
    public void The_file_of_a_mapping_opens_even_when_it_was_deleted()
    {
        var copy = Path.Combine(_folder, "cat");
        File.Copy("/bin/cat", copy);
        using var target = LiveTarget.Start(copy);
        target.WriteLine("ready");
        target.ReadLine();
        File.Delete(copy);
        var entry = _proc.Maps(target.Pid).Value.Entries.First(e => e.Path == copy);
        Assert.True(entry.IsDeleted);
        var opened = _proc.OpenMapped(target.Pid, entry);
        if (opened.Error is Errno.EPERM) Assert.Skip("map_files needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN");
        using var file = opened.Value;
        Assert.True(file.Memory.Span.SequenceEqual(File.ReadAllBytes("/bin/cat")));
        Assert.Equal(entry.Inode, file.Status.Inode);
    }

    [Fact]
    public void Without_map_files_the_file_is_opened_below_the_processs_root()
    {
        var kernel = FakeKernel.OverLiveKernel();
        kernel.On(SystemCall.OpenAt, call => FakeCall.Text(call.A1).Contains("/map_files/", StringComparison.Ordinal)
            ? -(int)Errno.EPERM
            : kernel.Pass(call));
        var proc = new ProcFs(kernel);
        var pid = Environment.ProcessId;
        var entry = proc.Maps(pid).Value.Entries.First(e => e.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal));
        using var file = proc.OpenMapped(pid, entry).Value;
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{entry.Path}"), file.Path);
    }

    [Fact]
    public void A_process_that_is_gone_is_ESRCH()
    {
        const int None = int.MaxValue;
        Assert.Equal(Errno.ESRCH, _proc.Status(None).Error);
        Assert.Equal(Errno.ESRCH, _proc.Maps(None).Error);
        Assert.Equal(Errno.ESRCH, _proc.Tasks(None).Error);
        Assert.Equal(Errno.ESRCH, _proc.Executable(None).Error);
        Assert.Equal(Errno.ESRCH, _proc.StartTime(None).Error);
        Assert.False(_proc.Exists(None));
    }

    [Fact]
    public void A_folder_can_stand_in_for_proc()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "12/task/12"));
        Directory.CreateDirectory(Path.Combine(_folder, "12/task/15"));
        Directory.CreateDirectory(Path.Combine(_folder, "12/task/not a number"));
        File.WriteAllText(Path.Combine(_folder, "12/status"), "Name:\tfake\nPid:\t12\n");
        File.WriteAllText(Path.Combine(_folder, "12/maps"), "1000-2000 r-xp 00000000 08:01 5 /bin/fake\n");
        File.WriteAllText(Path.Combine(_folder, "12/comm"), "fake\n");
        File.WriteAllText(Path.Combine(_folder, "12/cmdline"), "fake\0\0-x\0");
        var proc = new ProcFs(Kernel, _folder);
        Assert.Equal("fake", proc.Status(12).Value.Name);
        Assert.Equal("/bin/fake", proc.Maps(12).Value.Entries[0].Path);
        Assert.Equal([12, 15], proc.Tasks(12).Value.Order());
        Assert.Equal("fake", proc.Comm(12).Value);
        Assert.Equal(["fake", "", "-x"], proc.CommandLine(12).Value);
        Assert.Equal(Errno.ESRCH, proc.Status(13).Error);
    }

    [Fact]
    public void What_we_may_not_read_is_EACCES_and_a_sentence()
    {
        var proc = new ProcFs(new FakeKernel().Fail(SystemCall.OpenAt, Errno.EACCES));
        Assert.Equal("opening /proc/1/maps: EACCES (permission denied)", proc.Maps(1).Message);
    }
}
