using Tracer.Core.Events;
using Tracer.Output.Json;
using Tracer.Output.Text;

namespace Tracer.Output.Tests;

public sealed class OutputBufferTests
{
    [Fact]
    public async Task A_full_disk_is_told_once_and_nothing_throws()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var output = new TextOutput(new OutputBuffer(full), TextWriter.Null, colour: false, verbose: false);
        output.OnBatchEnd();
        Assert.False(output.Failed.IsCompleted);
        for (var k = 0; k < 5000; k++)
            output.OnEvent(SampleEvent.PythonCall().Record);
        output.OnBatchEnd();
        var error = await output.Failed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Contains("space", error.Message, StringComparison.OrdinalIgnoreCase);
        output.Summary(new TraceSummary { Backend = "ebpf", Probes = [] });
    }

    [Fact]
    public async Task A_full_disk_does_not_stop_JSON_either()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var output = new JsonOutput(new OutputBuffer(full));
        output.Attached(1, "ebpf", []);
        for (var k = 0; k < 5000; k++)
            output.OnEvent(SampleEvent.PythonCall().Record);
        output.Summary(Samples.Summary);
        await output.Failed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(200_000)]
    public void Bytes_come_out_in_order_whatever_their_number(int chunk)
    {
        using var stream = new MemoryStream();
        var buffer = new OutputBuffer(stream);
        var expected = new List<byte>();
        for (var k = 0; k < 20; k++)
        {
            var bytes = new byte[chunk];
            Array.Fill(bytes, (byte)('a' + k));
            buffer.Append(bytes);
            buffer.EndLine();
            expected.AddRange([.. bytes, (byte)'\n']);
        }

        buffer.Flush();
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void What_does_not_fit_the_buffer_is_written_out_at_a_lines_end()
    {
        using var stream = new MemoryStream();
        var buffer = new OutputBuffer(stream);
        buffer.Append(new byte[64 * 1024]);
        Assert.Equal(0, stream.Length);
        buffer.EndLine();
        Assert.Equal(64 * 1024 + 1, stream.Length);
    }
}
