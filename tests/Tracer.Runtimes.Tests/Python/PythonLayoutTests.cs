using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

public sealed class PythonLayoutTests
{
    private static readonly string[] Published = ["co_filename", "co_name", "co_firstlineno", "co_lnotab", "co_flags"];

    public static TheoryData<string> Builds() => [.. Pythons.Names];

    public static TheoryData<string> BuildsWithTypes() =>
        [.. Pythons.Names.Where(n => !n.EndsWith("-stripped", StringComparison.Ordinal) && !n.EndsWith("-sid", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(BuildsWithTypes))]
    public void The_table_equals_the_debugging_information_of_a_real_build(string name)
    {
        var module = Open(name, out var path, out var file);
        using (file)
        {
            var version = PythonVersionReader.Read(module.Image);
            Assert.NotNull(version);
            var layout = PythonLayoutReader.FromDebugInformation(LinuxSystemCalls.Instance, module.Image, path);
            Assert.NotNull(layout);
            Assert.Equal(PythonLayout.ForVersion(version), layout);
        }
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void The_table_is_checked_with_what_the_build_publishes_and_a_wrong_one_is_found_out(string name)
    {
        var module = Open(name, out _, out var file);
        using (file)
        {
            var version = PythonVersionReader.Read(module.Image)!;
            var layout = PythonLayout.ForVersion(version)!;
            var members = PublishedMembers.Read(module.Image, new ImagePointers(module.Image), "PyCode_Type");
            // Since 3.10 there is another table, and the old one is computed when asked for.
            var expected = Published.Select(n => version.IsAtLeast(3, 10) ? n.Replace("lnotab", "linetable", StringComparison.Ordinal) : n);
            Assert.Empty(expected.Except(members.Keys));
            Assert.Null(PythonLayoutReader.Check(module.Image, layout));
            Assert.Contains("co_name", PythonLayoutReader.Check(module.Image, layout with { CodeName = layout.CodeName + 8 }));
            if (layout.FrameObject is not null)
                Assert.Contains("f_code", PythonLayoutReader.Check(module.Image, layout with { FrameCode = layout.FrameCode + 8 }));
        }
    }

    private static TargetModule Open(string name, out string path, out IDisposable file)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        path = build.Library;
        return Interpreters.Open(path, out file);
    }

    [Theory]
    [InlineData("3.10.13", 3, 10, 13)]
    [InlineData("3.11.0rc2", 3, 11, 0)]
    [InlineData("3.12.0a7+", 3, 12, 0)]
    [InlineData("2.7.18", 2, 7, 18)]
    public void Versions_are_parsed(string text, int major, int minor, int micro) =>
        Assert.Equal(new PythonVersion(major, minor, micro, text), PythonVersion.Parse(System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("3.40.1")]
    [InlineData("1.2.11")]
    [InlineData("2.6.9")]
    [InlineData("3.10")]
    [InlineData("3.10.13x")]
    [InlineData("3..1")]
    [InlineData("")]
    public void Other_texts_are_no_versions(string text) => Assert.Null(PythonVersion.Parse(System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(0x030b02f0u, "3.11.2")]
    [InlineData(0x030e00c2u, "3.14.0rc2")]
    public void Hexadecimal_versions_are_read(uint hex, string text) => Assert.Equal(text, PythonVersion.OfHex(hex).Text);
}
