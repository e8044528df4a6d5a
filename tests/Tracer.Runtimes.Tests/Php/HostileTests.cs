using CsCheck;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Php;

namespace Tracer.Runtimes.Tests.Php;

/// <summary>Damaged files give fewer probes and more reasons, never an exception or an endless search.</summary>
public sealed class HostileTests
{
    private static readonly string[] Functions = ["execute_ex", "zend_generator_resume", "zend_generator_close", "zend_get_executed_filename_ex", "zend_is_executing"];
    private static readonly string[] Sections = [".eh_frame_hdr", ".eh_frame", ".rela.dyn", ".dynsym", ".gnu.hash", ".rodata", ".data.rel.ro"];

    [Fact]
    public void A_damaged_PHP_is_searched_without_harm()
    {
        Assert.SkipUnless(File.Exists(PhpRun.Program), $"There is no {PhpRun.Program}.");
        var original = File.ReadAllBytes(PhpRun.Program);
        Assert.True(ElfImage.TryParse(original, out var whole, out _));
        var functions = Functions.Select(f => whole!.DynamicSymbols!.TryFind(f, out var symbol) && whole.AddressMap.TryGetFileOffset(symbol.Value, out var offset)
            ? Gen.Int[(int)offset, (int)(offset + symbol.Size) - 1] : throw new InvalidOperationException(f));
        var (ready, dormant) = DamagedFile.Search(
            original, [.. DamagedFile.In(whole!, Sections), .. functions], 60, 60, image => new PhpRuntime().Recognise(new TargetModule("/nowhere/php", "/nowhere", 0, image))?.FindProbes([]));
        TestContext.Current.SendDiagnosticMessage($"{ready} ready, {dormant} dormant");
        Assert.True(ready > 5 && dormant > 5, $"{ready} ready, {dormant} dormant");
    }
}
