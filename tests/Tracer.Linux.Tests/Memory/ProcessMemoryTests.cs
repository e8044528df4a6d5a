using System.Runtime.InteropServices;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed unsafe class ProcessMemoryTests
{
    private const int Page = 4096;
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    public static TheoryData<string> Doors => ["process_vm_readv", "/proc/PID/mem"];

    [Theory]
    [MemberData(nameof(Doors))]
    public void Our_own_memory_reads_back(string door)
    {
        using var memory = new ProcessMemory(KernelFor(door), Environment.ProcessId);
        var source = stackalloc byte[64];
        for (var i = 0; i < 64; i++) source[i] = (byte)(i * 3);
        Span<byte> read = stackalloc byte[64];
        Assert.Equal(64, memory.Read((ulong)source, read).Raw);
        Assert.True(read.SequenceEqual(new ReadOnlySpan<byte>(source, 64)));
        Assert.Equal(0, memory.Read((ulong)source, []).Raw);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void A_read_into_a_hole_gives_what_came_before_it(string door)
    {
        using var memory = new ProcessMemory(KernelFor(door), Environment.ProcessId);
        using var pages = HoledPages.Create();
        Span<byte> read = stackalloc byte[200];
        Assert.Equal(100, memory.Read(pages.Hole - 100, read).Raw);
        Assert.True(read[..100].IndexOfAnyExcept((byte)0xAA) < 0);
        Assert.Equal(Errno.EFAULT, memory.Read(pages.Hole, read).Error);
        Assert.Equal(Errno.EFAULT, memory.Read(0, read).Error);
        Assert.Equal(Errno.EFAULT, memory.Read(ulong.MaxValue - 8, read[..4]).Error);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void Several_ranges_are_read_into_one_buffer(string door)
    {
        using var memory = new ProcessMemory(KernelFor(door), Environment.ProcessId);
        using var pages = HoledPages.Create();
        var numbers = stackalloc byte[] { 1, 2, 3, 4, 5, 6, 7, 8 };
        var start = (ulong)numbers;
        Span<byte> read = stackalloc byte[16];
        Assert.Equal(5, memory.ReadMany([new(start + 6, 2), new(start, 3)], read).Raw);
        Assert.Equal([7, 8, 1, 2, 3], read[..5].ToArray());
        Assert.Equal(2, memory.ReadMany([new(start, 2), new(pages.Hole, 4), new(start, 2)], read).Raw);
        Assert.Equal(4, memory.ReadMany([new(start, 8)], read[..4]).Raw);
        Assert.Equal(Errno.EFAULT, memory.ReadMany([new(pages.Hole, 4)], read).Error);
        Assert.Equal(0, memory.ReadMany([], read).Raw);
    }

    [Fact]
    public void More_ranges_than_one_call_takes_are_read_in_several()
    {
        using var memory = new ProcessMemory(Kernel, Environment.ProcessId);
        var bytes = stackalloc byte[2500];
        for (var i = 0; i < 2500; i++) bytes[i] = (byte)(i * 7);
        var start = (ulong)bytes;
        var ranges = Enumerable.Range(0, 2500).Select(i => new RemoteRange(start + (ulong)i, 1)).ToArray();
        var read = new byte[2500];
        Assert.Equal(2500, memory.ReadMany(ranges, read).Raw);
        Assert.True(read.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(bytes, 2500)));
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public void A_childs_memory_is_read(string door)
    {
        using var target = LiveTarget.Start("/bin/cat");
        target.WriteLine("ready");
        target.ReadLine();
        var entry = new ProcFs(Kernel).Maps(target.Pid).Value.Entries.First(e => e.Path.EndsWith("/cat", StringComparison.Ordinal));
        using var memory = new ProcessMemory(KernelFor(door), target.Pid);
        var read = new byte[Page];
        Assert.Equal(Page, memory.Read(entry.Start, read).Raw);
        Assert.True(read.AsSpan().SequenceEqual(File.ReadAllBytes("/bin/cat").AsSpan(0, Page)));
    }

    [Fact]
    public void A_childs_code_can_be_written_and_put_back_and_the_file_stays_as_it_was()
    {
        using var target = LiveTarget.Start("/bin/cat");
        target.WriteLine("ready");
        target.ReadLine();
        var text = new ProcFs(Kernel).Maps(target.Pid).Value.Entries.First(e => e.IsExecutable && e.Path.EndsWith("/cat", StringComparison.Ordinal));
        using var memory = new ProcessMemory(Kernel, target.Pid);
        // The last bytes of the page range are padding: nothing runs them.
        var at = text.End - 16;
        var original = new byte[16];
        Assert.Equal(16, memory.Read(at, original).Raw);
        Assert.Equal(Errno.EFAULT, memory.Write(at, new byte[] { 0xCC }).Error);
        Assert.Equal(1, memory.WriteThroughProtection(at, new byte[] { 0xCC }).Raw);
        var patched = new byte[16];
        Assert.Equal(16, memory.Read(at, patched).Raw);
        Assert.Equal(0xCC, patched[0]);
        Assert.Equal(1, memory.WriteThroughProtection(at, original.AsSpan(0, 1)).Raw);
        Assert.Equal(16, memory.Read(at, patched).Raw);
        Assert.Equal(original, patched);
        using var second = LiveTarget.Start("/bin/cat");
        target.WriteLine("still here");
        Assert.Equal("still here", target.ReadLine());
    }

    [Fact]
    public void A_childs_data_can_be_written()
    {
        using var target = LiveTarget.Start("/bin/cat");
        target.WriteLine("ready");
        target.ReadLine();
        var heap = new ProcFs(Kernel).Maps(target.Pid).Value.Entries.First(e => e.Path == "[heap]");
        using var memory = new ProcessMemory(Kernel, target.Pid);
        var at = heap.End - 8;
        Assert.Equal(4, memory.Write(at, "abcd"u8).Raw);
        var read = new byte[4];
        Assert.Equal(4, memory.Read(at, read).Raw);
        Assert.Equal("abcd"u8.ToArray(), read);
    }

    [Fact]
    public void A_process_that_is_gone_is_ESRCH_by_either_door()
    {
        var target = LiveTarget.Start("/bin/cat");
        using var memory = new ProcessMemory(Kernel, target.Pid);
        using var other = new ProcessMemory(KernelFor("/proc/PID/mem"), target.Pid);
        var stack = new ProcFs(Kernel).Maps(target.Pid).Value.Entries[0].Start;
        var byteRead = new byte[1];
        Assert.Equal(1, other.Read(stack, byteRead).Raw);
        target.Dispose();
        Assert.Equal(Errno.ESRCH, memory.Read(stack, byteRead).Error);
        Assert.Equal(Errno.ESRCH, other.Read(stack, byteRead).Error);
        Assert.Equal(Errno.ESRCH, other.WriteThroughProtection(stack, byteRead).Error);
    }

    [Fact]
    public void An_exec_does_not_leave_the_memory_of_the_old_program_behind()
    {
        using var target = LiveTarget.Start("/bin/sh", ["-c", "read x; exec cat"]);
        using var memory = new ProcessMemory(KernelFor("/proc/PID/mem"), target.Pid);
        var proc = new ProcFs(Kernel);
        var before = proc.Maps(target.Pid).Value.Entries[0].Start;
        var read = new byte[4];
        Assert.Equal(4, memory.Read(before, read).Raw);
        target.WriteLine();
        target.WriteLine("ready");
        Assert.Equal("ready", target.ReadLine());
        Assert.Equal(4, memory.Read(proc.Maps(target.Pid).Value.Entries[0].Start, read).Raw);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], read);
    }

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ENOSYS)]
    public void When_both_doors_are_shut_the_first_one_says_why(Errno error)
    {
        var kernel = new FakeKernel().Fail(SystemCall.ProcessVmReadV, error).Fail(SystemCall.OpenAt, Errno.EACCES);
        using var memory = new ProcessMemory(kernel, 1);
        Assert.Equal(error, memory.Read(4096, new byte[8]).Error);
        Assert.Equal(error, memory.Read(4096, new byte[8]).Error);
        // It was asked again, for the refusal may have been of the moment (a set-uid exec).
        Assert.Equal(2, kernel.CountOf(SystemCall.ProcessVmReadV));
    }

    [Fact]
    public void ESRCH_is_not_asked_of_the_other_door()
    {
        var kernel = new FakeKernel().Fail(SystemCall.ProcessVmReadV, Errno.ESRCH);
        using var memory = new ProcessMemory(kernel, 1);
        Assert.Equal(Errno.ESRCH, memory.Read(4096, new byte[8]).Error);
        Assert.Single(kernel.Calls);
    }

    [Fact]
    public void Once_refused_process_vm_readv_is_not_tried_again()
    {
        var kernel = (FakeKernel)KernelFor("/proc/PID/mem");
        using var memory = new ProcessMemory(kernel, Environment.ProcessId);
        var here = 0UL;
        for (var i = 0; i < 5; i++) Assert.Equal(8, memory.Read((ulong)&here, new byte[8]).Raw);
        Assert.Equal(1, kernel.CountOf(SystemCall.ProcessVmReadV));
        Assert.Equal(1, kernel.CountOf(SystemCall.OpenAt));
    }

    [Fact]
    public void A_read_allocates_nothing()
    {
        using var memory = new ProcessMemory(Kernel, Environment.ProcessId);
        var number = 42UL;
        var address = (ulong)&number;
        var read = new byte[8];
        RemoteRange[] ranges = [new(address, 8)];
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                memory.Read(address, read);
                memory.ReadMany(ranges, read);
            }
        }));
        Assert.Equal(42UL, MemoryMarshal.Read<ulong>(read));
    }

    private static ISystemCallGate KernelFor(string door) =>
        door == "process_vm_readv" ? Kernel : FakeKernel.OverLiveKernel().Fail(SystemCall.ProcessVmReadV, Errno.EPERM);

    // A page of 0xAA, and behind it a page beyond the end of the mapped file: mapped, so that no other thread's mapping falls into the
    // hole, yet with nothing in it. (No protection would do: /proc/PID/mem reads through those.)
    private sealed class HoledPages : IDisposable
    {
        private readonly MappedRegion _pages;

        private HoledPages(MappedRegion pages) => _pages = pages;

        public ulong Hole => (ulong)_pages.Address + Page;

        public static HoledPages Create()
        {
            var name = stackalloc byte[1];
            using var file = new OwnedDescriptor(Kernel, (int)new SystemCallResult(Kernel.Invoke(SystemCall.MemFdCreate, (nint)name, 1)).OrThrow("making a file"), "a hole");
            var contents = new byte[Page];
            contents.AsSpan().Fill(0xAA);
            Assert.Equal(Page, Kernel.Write(file, contents).Raw);
            return new HoledPages(MappedRegion.Map(Kernel, file, 2 * Page, MappingProtection.Read, shared: true).Value);
        }

        public void Dispose() => _pages.Dispose();
    }
}
