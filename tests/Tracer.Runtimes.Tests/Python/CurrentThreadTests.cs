using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

public sealed class CurrentThreadTests
{
    public static TheoryData<string> Builds() => [.. Pythons.NamesWithPydebug];

    [Theory]
    [MemberData(nameof(Builds))]
    public void It_is_found_in_every_build_and_moves_with_the_site(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var module = Interpreters.Open(build.Library, out var file);
        using (file)
        {
            var thread = CurrentThread.Find(module.Image, out var problem);
            Assert.Null(problem);
            // In thread-local storage since 3.12, in a library's by way of its data; before, in data. Data are found from the site.
            var isLocal = Uses(thread!.At(0x1000), X64Register.FsBase);
            var isFromData = Uses(thread.At(0x1000), X64Register.Rip);
            Assert.Equal(build.IsAtLeast(3, 12), isLocal);
            Assert.Equal(!isLocal || build.Root is null, isFromData);
            Assert.Equal(!isFromData, thread.At(0x1000) == thread.At(0x2000));
        }
    }

    [Fact]
    public void Thread_local_storage_of_another_C_library_is_not_guessed()
    {
        var build = Pythons.Get("3.13-stripped");
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var bytes = File.ReadAllBytes(build.Library);
        bytes[bytes.AsSpan().IndexOf("\0libc.so.6\0"u8) + 1] = (byte)'m';
        Assert.True(ElfImage.TryParse(bytes, out var image, out _));
        Assert.Null(CurrentThread.Find(image!, out var problem));
        Assert.Contains("C library", problem);
    }

    private static bool Uses(Expression expression, X64Register register) => ExpressionParts.Any(expression, e => e is RegisterExpression r && r.Register == register);
}
