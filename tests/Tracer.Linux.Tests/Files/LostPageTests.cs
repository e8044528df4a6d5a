using System.Runtime.CompilerServices;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

/// <summary>Mapped files that somebody truncates.</summary>
[Collection("descriptors")]
public sealed class LostPageTests
{
    [Fact]
    public void The_handlers_code_is_what_its_source_says()
    {
        var assembled = AssembledFile.Of(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "src", "Tracer.Linux", "Files", "lost-page.S"));
        Assert.Equal(assembled.Code, LostPageCode.Bytes.ToArray());
        Assert.Equal(
            (assembled.OffsetOf("table"), assembled.OffsetOf("before"), assembled.OffsetOf("entries")),
            (LostPageCode.Table, LostPageCode.Before, LostPageCode.Entries));
    }

    [Fact]
    public void Pages_that_are_gone_read_as_zeros_and_the_file_says_so()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0xAB, 64 << 10)]);
            using (var file = MappedFile.Open(LinuxSystemCalls.Instance, path).Value)
            using (var other = MappedFile.Open(LinuxSystemCalls.Instance, "/proc/self/exe").Value)
            {
                Assert.Equal(0xAB, file.Memory.Span[^1]);
                using (var writer = new FileStream(path, FileMode.Open)) writer.SetLength(5000);
                // The page of the new end is there, its rest is empty.
                Assert.Equal((0xAB, 0, false), (file.Memory.Span[4999], file.Memory.Span[5000], file.IsCutShort));
                Assert.Equal(-1, file.Memory.Span[8192..].IndexOfAnyExcept((byte)0));
                Assert.True(file.IsCutShort);
                Assert.Equal(0x7F, other.Memory.Span[0]);
                Assert.False(other.IsCutShort);
                Assert.DoesNotContain(path, MappedFile.CutShort);
            }

            Assert.Contains(path, MappedFile.CutShort);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
