using System.Diagnostics;
using Tracer.Elf.Sdt;
using Xunit;

namespace Tracer.Elf.Tests.Sdt;

public class SdtSpeedTests
{
    [Fact]
    public void The_notes_of_libjvm_are_read_and_parsed_in_milliseconds()
    {
        var path = Directory.Exists("/usr/lib/jvm")
            ? Directory.EnumerateFiles("/usr/lib/jvm", "libjvm.so", SearchOption.AllDirectories).FirstOrDefault()
            : null;
        Assert.SkipWhen(path is null, "no libjvm.so under /usr/lib/jvm");
        var bytes = File.ReadAllBytes(path);
        var (best, notes, allocated) = (TimeSpan.MaxValue, 0, 0L);
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Assert.True(ElfImage.TryParse(bytes, out var image, out _));
            var list = SdtReader.Read(image!);
            foreach (var note in list.Notes)
                _ = SdtArgument.ParseAll(note.Arguments);
            var elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
            (notes, allocated) = (list.Notes.Length, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{notes} notes of {path}: {best.TotalMilliseconds:f2} ms, {allocated} bytes allocated");
        Assert.True(notes > 100);
        Assert.True(best < TimeSpan.FromMilliseconds(50), $"{best.TotalMilliseconds} ms");
        // Nothing but what the notes themselves need: no symbols, no sections' contents.
        Assert.True(allocated < 2_000_000, $"{allocated} bytes");
    }
}
