using Tracer.Core.Binding;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Runtimes.Php;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Php;

/// <summary>What is said of the probes of a PHP, good or damaged.</summary>
public sealed class ListTests
{
    private static readonly string[] Functions =
        ["execute__entry", "execute__return", "function__entry", "function__return", "generator__resume", "generator__yield"];

    private static readonly string[] Notes =
        ["compile__file__entry", "compile__file__return", "error", "exception__caught", "exception__thrown", "request__shutdown", "request__startup"];

    [Fact]
    public void Debians_PHP_has_the_probes_of_its_declaration()
    {
        using var target = PhpRun.Start();
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var catalog = ProbeCatalog.Load(process.Modules, [new PhpRuntime()]);
        Assert.Equal($"PHP 8.2.", Assert.Single(catalog.Runtimes)[..8]);
        var probes = catalog.Probes.Where(p => p.Provider == "php").ToArray();
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        Assert.Equal(Functions, probes.Where(p => p.Source == ProbeSource.Synthesised).Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Notes, probes.Where(p => p.Source == ProbeSource.Usdt).Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            "php:function__entry(function_name: string, request_file: string, lineno: int32, classname: string, scope: string)",
            probes.Single(p => p.Name == "function__entry").ToString());
        Assert.Equal("php:error(errormsg: string, request_file: string, lineno: int32)", probes.Single(p => p.Name == "error").ToString());
        Assert.All(probes.Where(p => p.Name.StartsWith("compile", StringComparison.Ordinal) || p.Name == "error"), p => Assert.Contains("USE_ZEND_DTRACE=1", p.Note));
        Assert.All(probes.Where(p => p.Source == ProbeSource.Synthesised), p => Assert.Contains("JIT", p.Note));
        Assert.All(probes, p => Assert.All(p.Sites, s => Assert.Equal(p.Parameters.Select(a => a.Type), s.Arguments.Select(a => a.Type))));
        // What costs a microsecond, and not ten: jumps, calls and pushes.
        var bytes = File.ReadAllBytes(PhpRun.Program);
        Assert.All(probes.Where(p => p.Source == ProbeSource.Synthesised).SelectMany(p => p.Sites), s =>
        {
            var (first, second) = (bytes[s.Location.FileOffset], bytes[s.Location.FileOffset + 1]);
            Assert.True(first is >= 0x70 and <= 0x7f or 0xe8 or 0xe9 or 0xeb or >= 0x50 and <= 0x57 || (first == 0x41 && second is >= 0x50 and <= 0x57)
                || (first == 0x0f && second is >= 0x80 and <= 0x8f), $"{s.Location}: {first:x2} {second:x2}");
        });
    }

    // Tables of code are in relocations, and what they are put over has them as well: each alone will do.
    [Theory]
    [InlineData(true, ".data.rel.ro")]
    [InlineData(true, ".rela.dyn")]
    [InlineData(false, ".data.rel.ro", ".rela.dyn")]
    [InlineData(false, ".rodata")]
    [InlineData(false, ".eh_frame")]
    public void Where_the_machine_is_not_understood_its_own_notes_are_left(bool isUnderstood, params string[] missing)
    {
        Assert.SkipUnless(File.Exists(PhpRun.Program), $"There is no {PhpRun.Program}.");
        var bytes = File.ReadAllBytes(PhpRun.Program);
        Assert.True(ElfImage.TryParse(bytes, out var whole, out _));
        foreach (var section in missing)
        {
            Assert.True(whole!.TryFindSection(section, out var at));
            bytes.AsSpan((int)at.FileOffset, (int)at.Size).Clear();
        }

        Assert.True(ElfImage.TryParse(bytes, out var image, out _));
        var module = new TargetModule("/nowhere/php", "/nowhere/php", 0, image);
        var probes = new PhpRuntime().Recognise(module)!.FindProbes(NoteProbes.Read(module, []));
        Assert.Equal(13, probes.Count);
        Assert.Equal(isUnderstood ? [] : ["generator__resume", "generator__yield"], probes.Where(p => p.DormantReason is not null).Select(p => p.Name));
        Assert.All(probes.Where(p => p.DormantReason is not null), p => Assert.StartsWith("not possible in this PHP: ", p.DormantReason, StringComparison.Ordinal));
        Assert.All(probes.Where(p => p.Name.StartsWith("function", StringComparison.Ordinal)), p => Assert.Equal(isUnderstood ? ProbeSource.Synthesised : ProbeSource.Usdt, p.Source));
        Assert.All(probes.Where(p => p.Source == ProbeSource.Usdt && p.Name.StartsWith("function", StringComparison.Ordinal)), p => Assert.Contains("USE_ZEND_DTRACE=1", p.Note));
    }

    [Fact]
    public void An_extension_is_no_PHP_and_a_file_that_only_has_the_names_is_explained()
    {
        var random = new Random(3);
        for (var k = 0; k < 200; k++)
        {
            var code = new byte[512];
            random.NextBytes(code);
            var image = new ElfBuilder().AddSection(".text", code, 0x1000, flags: ElfSectionFlags.Execute)
                .AddDynamicSymbol("execute_ex", 0x1000, (ulong)random.Next(1, 600), ElfSymbolType.Function)
                .AddDynamicSymbol("zend_execute_ex", 0x1000 + (ulong)random.Next(500), 8, ElfSymbolType.Object).BuildImage();
            var probes = new PhpRuntime().Recognise(new TargetModule("/a", "/a", 0, image))!.FindProbes([]);
            Assert.Equal(Functions, probes.Select(p => p.Name).Order(StringComparer.Ordinal));
            Assert.All(probes, p => Assert.NotNull(p.DormantReason));
        }

        var extension = Directory.Exists("/usr/lib/php") ? Directory.EnumerateFiles("/usr/lib/php", "opcache.so", SearchOption.AllDirectories).FirstOrDefault() : null;
        Assert.SkipUnless(extension is not null, "There is no opcache.so.");
        var module = new TargetOpener(LinuxSystemCalls.Instance).OpenFile(extension!, out var file);
        using (file)
            Assert.Null(new PhpRuntime().Recognise(module));
    }
}
