using System.Runtime.InteropServices;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class PerfTests : IDisposable
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("sharptrace-perf-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_software_event_counts()
    {
        // PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS.
        var attribute = new PerfEventAttribute(1) { Config = 2, Flags = PerfEventFlags.Disabled };
        var opened = Kernel.PerfEventOpen(attribute, Environment.ProcessId, -1, "page faults");
        if (opened.Error is Errno.EACCES or Errno.EPERM) Assert.Skip(opened.Message);
        using var faults = opened.Value;
        Assert.Equal(0UL, Count(faults));
        using var thisThread = Kernel.PerfEventOpen(attribute, 0, -1, "page faults").Value;
        Assert.True(Kernel.PerfEnable(thisThread).IsSuccess);
        var region = new byte[64 << 20];
        for (var i = 0; i < region.Length; i += 4096) region[i] = 1;
        Assert.True(Kernel.PerfDisable(thisThread).IsSuccess);
        Assert.NotEqual(0UL, Count(thisThread));
    }

    [Fact]
    public void This_kernels_uprobe_PMU_is_the_one_that_sysfs_names()
    {
        var read = UprobePmu.Read(Kernel);
        if (read.Error == Errno.ENOENT) Assert.Skip("this kernel has no uprobe PMU");
        Assert.Equal(File.ReadAllText("/sys/bus/event_source/devices/uprobe/type").Trim(), $"{read.Value.Type}");
        Assert.Equal((0, 32, true), (read.Value.ReturnBit, read.Value.SemaphoreShift, read.Value.HasSemaphores));
    }

    [Fact]
    public void A_uprobe_on_a_function_counts_its_calls()
    {
        var read = UprobePmu.Read(Kernel);
        if (!read.IsSuccess) Assert.Skip(read.Message);
        using var target = LiveTarget.Start("/bin/cat");
        target.WriteLine("ready");
        target.ReadLine();
        // Every line echoed is one read(): libc's own entry point, found by asking this process's libc, which is the same file.
        var libc = NativeLibrary.Load("libc.so.6");
        var address = (ulong)NativeLibrary.GetExport(libc, "read");
        Assert.True(new ProcFs(Kernel).Maps(Environment.ProcessId).Value.TryFind(address, out var entry));
        var offset = address - entry.Start + entry.FileOffset;
        var opened = Kernel.PerfUprobeOpen(read.Value, default, entry.Path, offset, 0, false, target.Pid, -1);
        if (opened.Error is Errno.EACCES or Errno.EPERM) Assert.Skip(opened.Message);
        using var probe = opened.Value;
        Assert.Equal($"uprobe on {entry.Path}+0x{offset:x}", probe.Purpose);
        Assert.True(Kernel.PerfEnable(probe).IsSuccess);
        for (var i = 0; i < 10; i++)
        {
            target.WriteLine("again");
            target.ReadLine();
        }

        target.CloseInput();
        target.WaitForExit();
        // The tenth echo's next read, at the end of the input, is counted; the one that waited when we attached is not.
        Assert.Equal(10UL, Count(probe));
    }

    [Fact]
    public void A_uprobe_on_no_file_is_ENOENT_and_a_sentence()
    {
        var read = UprobePmu.Read(Kernel);
        if (!read.IsSuccess) Assert.Skip(read.Message);
        var opened = Kernel.PerfUprobeOpen(read.Value, default, "/no/such/file", 16, 0, false, Environment.ProcessId, -1);
        if (opened.Error is Errno.EACCES or Errno.EPERM) Assert.Skip(opened.Message);
        Assert.Equal("opening uprobe on /no/such/file+0x10: ENOENT (no such file or directory)", opened.Message);
    }

    [Fact]
    public void A_uprobes_attribute_is_laid_out_as_the_PMU_says()
    {
        var seen = default(PerfEventAttribute);
        var path = "";
        var kernel = new FakeKernel().On(SystemCall.PerfEventOpen, call =>
        {
            seen = MemoryMarshal.Read<PerfEventAttribute>(FakeCall.Bytes(call.A0, PerfEventAttribute.StructureSize));
            path = FakeCall.Text((nint)seen.Config1);
            return call.A1 == 12 && call.A2 == -1 && call.A3 == -1 && call.A4 == 8 ? -(int)Errno.EMFILE : -(int)Errno.EINVAL;
        });
        var pmu = new UprobePmu(9, 0, 32, true);
        var sampling = new PerfEventAttribute(0) { SamplePeriod = 1, SampleType = PerfSampleFields.Time };
        Assert.Equal(Errno.EMFILE, kernel.PerfUprobeOpen(pmu, sampling, "/a/file", 0x1234, 0x55, true, 12, -1).Error);
        Assert.Equal("/a/file", path);
        Assert.Equal((9u, 128u, 0x55_0000_0001UL, 0x1234UL, 1UL), (seen.Type, seen.Size, seen.Config, seen.Config2, seen.SamplePeriod));
        Assert.True(seen.Flags.HasFlag(PerfEventFlags.Disabled));
    }

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.EACCES)]
    [InlineData(Errno.ENOSYS)]
    [InlineData(Errno.ESRCH)]
    public void A_refused_event_says_why(Errno error)
    {
        var kernel = new FakeKernel().Fail(SystemCall.PerfEventOpen, error);
        Assert.Equal($"opening page faults: {error.Describe()}", kernel.PerfEventOpen(new(1), 1, -1, "page faults").Message);
    }

    [Theory]
    [InlineData("8\n", "config:32-63\n", "config:0\n", 8, 32, 0, true)]
    [InlineData("7\n", null, "config:3\n", 7, 32, 3, false)]
    [InlineData("7\n", "config1:0-63\n", null, 7, 32, 0, false)]
    public void The_PMU_is_read_from_the_given_folder(
        string type, string? semaphore, string? retprobe, uint expectedType, int shift, int returnBit, bool hasSemaphores)
    {
        Write("type", type);
        Write("format/ref_ctr_offset", semaphore);
        Write("format/retprobe", retprobe);
        Assert.Equal(new UprobePmu(expectedType, returnBit, shift, hasSemaphores), UprobePmu.Read(Kernel, _folder).Value);
    }

    [Fact]
    public void Nonsense_in_the_PMUs_type_is_refused()
    {
        Write("type", "eight");
        Assert.Equal(Errno.ENODATA, UprobePmu.Read(Kernel, _folder).Error);
    }

    private static ulong Count(OwnedDescriptor perfEvent)
    {
        var bytes = new byte[8];
        Assert.Equal(8, Kernel.Read(perfEvent, bytes).Raw);
        return MemoryMarshal.Read<ulong>(bytes);
    }

    private void Write(string name, string? text)
    {
        if (text is null) return;
        var path = Path.Combine(_folder, "bus/event_source/devices/uprobe", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
