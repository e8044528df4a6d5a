using System.Text;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

[Collection("descriptors")]
public sealed class FileTests : IDisposable
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("sharptrace-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_is_a_result_and_a_sentence()
    {
        var opened = Kernel.Open("/no/such/file");
        Assert.Equal(Errno.ENOENT, opened.Error);
        Assert.Equal("opening /no/such/file: ENOENT (no such file or directory)", opened.Message);
    }

    [Fact]
    public void A_path_with_a_NUL_opens_nothing() => Assert.Equal(Errno.EINVAL, Kernel.Open("/etc/passwd\0.png").Error);

    [Fact]
    public void A_descriptor_is_closed_once_and_says_what_it_is()
    {
        var closes = 0;
        var kernel = new FakeKernel().On(SystemCall.OpenAt, _ => 4711).On(SystemCall.Close, call =>
        {
            if (call.A0 == 4711) closes++;
            return 0;
        });
        var file = kernel.Open("/a/file").Value;
        Assert.Equal("/a/file (fd 4711)", file.ToString());
        file.Dispose();
        file.Dispose();
        Assert.Equal("/a/file (closed)", file.ToString());
        Assert.Equal(-1, file.Number);
        Assert.Equal(1, closes);
    }

    [Fact]
    public void A_descriptor_is_not_inherited()
    {
        using var file = Kernel.Open("/etc/passwd").Value;
        const int GetDescriptorFlags = 1;
        Assert.Equal(1, (int)Kernel.Invoke(SystemCall.FCntl, file.Number, GetDescriptorFlags));
    }

    [Fact]
    public void Reads_writes_and_status_agree_with_the_files_contents()
    {
        var path = Path.Combine(_folder, "file");
        using var file = Kernel.Open(path, OpenMode.ReadWrite | OpenMode.Create).Value;
        Assert.Equal(11, Kernel.Write(file, "hello there"u8).Raw);
        Assert.Equal(5, Kernel.WriteAt(file, "HELLO"u8, 0).Raw);
        var buffer = new byte[16];
        Assert.Equal(9, Kernel.ReadAt(file, buffer, 2).Raw);
        Assert.Equal("LLO there", Encoding.ASCII.GetString(buffer, 0, 9));
        var status = Kernel.Status(file).Value;
        Assert.True(status.IsRegular);
        Assert.Equal(11, status.Size);
    }

    [Fact]
    public void A_file_larger_than_the_limit_is_refused()
    {
        Assert.Equal(Errno.EFBIG, Kernel.ReadFile("/dev/zero", 1 << 20).Error);
        var path = Path.Combine(_folder, "big");
        File.WriteAllBytes(path, new byte[300_000]);
        Assert.Equal(300_000, Kernel.ReadFile(path).Value.Length);
    }

    [Fact]
    public void An_interrupted_read_is_tried_again()
    {
        var kernel = FakeKernel.OverLiveKernel();
        var interrupted = 0;
        kernel.On(SystemCall.Read, call => interrupted++ == 0 ? -(int)Errno.EINTR : kernel.Pass(call));
        Assert.Equal("root", Encoding.UTF8.GetString(kernel.ReadFile("/etc/passwd").Value)[..4]);
        Assert.True(interrupted > 1);
    }

    [Fact]
    public void A_directory_lists_what_is_in_it()
    {
        for (var i = 0; i < 1000; i++) File.WriteAllText(Path.Combine(_folder, $"a rather long name for file number {i}"), "");
        Assert.Equal(Directory.GetFiles(_folder).Select(Path.GetFileName).Order(), Kernel.ListDirectory(_folder).Value.Order());
        Assert.Equal(Errno.ENOTDIR, Kernel.ListDirectory("/etc/passwd").Error);
    }

    [Fact]
    public void A_mapped_file_shows_the_files_bytes_until_it_is_disposed()
    {
        var path = Environment.ProcessPath!;
        var file = MappedFile.Open(Kernel, path).Value;
        var memory = file.Memory;
        Assert.True(memory.Span.SequenceEqual(File.ReadAllBytes(path)));
        Assert.True(MappedFile.ReadAll(Kernel, path).Value.AsSpan().SequenceEqual(memory.Span));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Memory.Span.Length);
    }

    [Theory]
    [InlineData("/etc", Errno.EISDIR)]
    [InlineData("/dev/null", Errno.ENODEV)]
    [InlineData("/proc/self/status", Errno.ENODATA)]
    [InlineData("/no/such/file", Errno.ENOENT)]
    public void What_cannot_be_mapped_says_why(string path, Errno error)
    {
        var before = OwnedDescriptor.OpenCount;
        Assert.Equal(error, MappedFile.Open(Kernel, path).Error);
        Assert.Equal(error, MappedFile.ReadAll(Kernel, path).Error);
        Assert.Equal(before, OwnedDescriptor.OpenCount);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_not_mapped() => Assert.Equal(Errno.EFBIG, MappedFile.Open(Kernel, "/etc/passwd", limit: 3).Error);

    [Fact]
    public void An_event_ends_a_poll_and_an_epoll()
    {
        using var happened = Kernel.CreateEvent("a test").Value;
        using var epoll = Kernel.CreateEpoll("a test").Value;
        Assert.True(Kernel.EpollAdd(epoll, happened, PollEvents.Readable, 0xABCD_EF01_2345_6789).IsSuccess);
        Span<EpollEntry> ready = stackalloc EpollEntry[4];
        Assert.Equal(0, Kernel.Poll(happened, PollEvents.Readable, 0).Raw);
        Assert.Equal(0, Kernel.EpollWait(epoll, ready, 0).Raw);
        Assert.Equal(Errno.EAGAIN, Kernel.ClearEvent(happened).Error);
        Assert.Equal(8, Kernel.SignalEvent(happened).Raw);
        Assert.Equal((nint)PollEvents.Readable, Kernel.Poll(happened, PollEvents.Readable, 1000).Raw);
        Assert.Equal(1, Kernel.EpollWait(epoll, ready, 1000).Raw);
        Assert.Equal(0xABCD_EF01_2345_6789, ready[0].Cookie);
        Assert.Equal(PollEvents.Readable, ready[0].Events);
        Assert.Equal(8, Kernel.ClearEvent(happened).Raw);
        Assert.Equal(0, Kernel.Poll(happened, PollEvents.Readable, 0).Raw);
    }

    [Fact]
    public void Nothing_here_leaks_descriptors()
    {
        Work();
        var owned = OwnedDescriptor.OpenCount;
        var before = Kernel.ListDirectory("/proc/self/fd").Value.Count;
        for (var i = 0; i < 50; i++) Work();
        // The runtime may open one or two of its own meanwhile.
        Assert.InRange(Kernel.ListDirectory("/proc/self/fd").Value.Count, 0, before + 5);
        Assert.Equal(owned, OwnedDescriptor.OpenCount);

        static void Work()
        {
            MappedFile.Open(Kernel, "/etc/passwd").Value.Dispose();
            Assert.False(MappedFile.Open(Kernel, "/etc").IsSuccess);
            Kernel.ReadFile("/proc/self/maps");
            using var memory = new ProcessMemory(Kernel, Environment.ProcessId);
            Assert.True(memory.WriteThroughProtection(0, [1]).IsError);
            using var target = LiveTarget.Start("/bin/true");
            target.WaitForExit();
        }
    }
}
