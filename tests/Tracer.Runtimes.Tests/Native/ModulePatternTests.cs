using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Native;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Native;

public sealed class ModulePatternTests
{
    [Theory]
    [InlineData("libc", "/usr/lib/libc.so.6", true)]
    [InlineData("libc.so", "/usr/lib/libc.so.6", true)]
    [InlineData("libc.so.6", "/usr/lib/libc.so.6", true)]
    [InlineData("libc.so.5", "/usr/lib/libc.so.6", false)]
    [InlineData("libc", "/usr/lib/libc-2.31.so", true)]
    [InlineData("libc", "/usr/lib/libcrypt.so.1", false)]
    [InlineData("lib*", "/usr/lib/libcrypt.so.1", true)]
    [InlineData("*", "/app", true)]
    [InlineData("/usr/lib/libc.so.6", "/usr/lib/libc.so.6", true)]
    [InlineData("*/libc.so.6", "/usr/lib/libc.so.6", true)]
    [InlineData("/lib/libc.so.6", "/usr/lib/libc.so.6", false)]
    [InlineData("python3.11", "/usr/bin/python3.11", true)]
    [InlineData("libpython3.11", "/x/libpython3.11.so.1.0", true)]
    [InlineData("libstdc++", "/x/libstdc++.so.6.0.30", true)]
    [InlineData("a.out", "/usr/bin/python3.11", false)]
    public void A_module_is_meant_by_its_name_with_or_without_version(string pattern, string path, bool matches)
    {
        var image = new ElfBuilder().Type(ElfFileType.SharedObject).BuildImage();
        Assert.Equal(matches, ModulePattern.Matches(pattern, new TargetModule(path, path, 0, image)));
    }

    [Fact]
    public void The_program_is_called_a_out()
    {
        var image = new ElfBuilder().Type(ElfFileType.Executable).BuildImage();
        Assert.True(ModulePattern.Matches("a.out", new TargetModule("/bin/x", "/bin/x", 0, image)));
    }
}
