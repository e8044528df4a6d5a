using Tracer.Linux;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python;

namespace Tracer.Runtimes.Tests.Python;

public sealed class PythonLayoutTests
{
    private static readonly string[] Published = ["co_filename", "co_name", "co_firstlineno", "co_lnotab"];

    [Theory]
    [InlineData("3.6")]
    [InlineData("3.7")]
    [InlineData("3.8")]
    [InlineData("3.9")]
    [InlineData("3.10")]
    public void The_table_equals_the_debugging_information_of_a_real_build(string feature)
    {
        var path = Interpreters.Library(feature);
        var module = Interpreters.Open(path, out var file);
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
    [InlineData("3.6")]
    [InlineData("3.7")]
    [InlineData("3.8")]
    [InlineData("3.9")]
    [InlineData("3.10")]
    public void The_table_is_checked_with_what_the_build_publishes_and_a_wrong_one_is_found_out(string feature)
    {
        var module = Interpreters.Open(Interpreters.Library(feature), out var file);
        using (file)
        {
            var layout = PythonLayout.ForVersion(PythonVersionReader.Read(module.Image)!)!;
            var members = PublishedMembers.Read(module.Image, new ImagePointers(module.Image), "PyCode_Type");
            Assert.Empty(Published.Select(n => feature == "3.10" ? n.Replace("lnotab", "linetable", StringComparison.Ordinal) : n).Except(members.Keys));
            Assert.Null(PythonLayoutReader.Check(module.Image, layout));
            Assert.Contains("co_name", PythonLayoutReader.Check(module.Image, layout with { CodeName = layout.CodeName + 8 }));
            Assert.Contains("f_code", PythonLayoutReader.Check(module.Image, layout with { FrameCode = layout.FrameCode + 8 }));
        }
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
