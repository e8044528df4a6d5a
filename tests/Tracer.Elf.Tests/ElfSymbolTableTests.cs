using CsCheck;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests;

public class ElfSymbolTableTests
{
    private static ElfSymbolTable Table() => new ElfBuilder()
        .AddFileSymbol("a.c")
        .AddSymbol("twice", 0x10, 4, binding: ElfSymbolBinding.Local)
        .AddFileSymbol("b.c")
        .AddSymbol("twice", 0x20, 4, binding: ElfSymbolBinding.Local)
        .AddSymbol("f", 0x100, 0x40, ElfSymbolType.Function)
        .AddSymbol("inner", 0x110, 0x10, ElfSymbolType.Function)
        .AddSymbol("label", 0x200, 0, ElfSymbolType.None)
        .AddSymbol("undefined", 0, 0, section: 0)
        .BuildImage().SymbolTable!;

    [Fact]
    public void Every_symbol_of_a_name_is_found_with_its_file()
    {
        var table = Table();
        var (index, found) = (-1, new List<(ulong, string)>());
        while (table.TryFindNext("twice"u8, ref index, out var symbol))
            found.Add((symbol.Value, table.NameString(table[table.FileOf(symbol)])));
        Assert.Equal([(0x10UL, "a.c"), (0x20UL, "b.c")], found);
    }

    [Fact]
    public void File_symbols_and_undefined_symbols_are_not_found_by_name()
    {
        Assert.False(Table().TryFind("a.c", out _));
        Assert.False(Table().TryFind("undefined", out _));
        Assert.False(Table().TryFind("", out _));
        Assert.False(Table().TryFind("twic", out _));
    }

    [Theory]
    [InlineData(0x100, "f")]
    [InlineData(0x110, "inner")]
    [InlineData(0x120, "f")]
    [InlineData(0x13f, "f")]
    [InlineData(0x140, null)]
    [InlineData(0x200, "label")]
    [InlineData(0x201, null)]
    [InlineData(0, null)]
    public void The_innermost_symbol_of_an_address_is_found_by_scan_and_by_index(ulong address, string? name)
    {
        var table = Table();
        Assert.Equal(name, table.TryFindContaining(address, out var byScan) ? table.NameString(byScan) : null);
        Assert.Equal(name, new ElfSymbolIndex(table).TryFind(address, out var byIndex) ? table.NameString(byIndex) : null);
    }

    [Fact]
    public void Scan_and_index_agree_on_random_tables()
    {
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 30]).Array[1, 30].Sample(symbols =>
        {
            var builder = new ElfBuilder();
            for (var i = 0; i < symbols.Length; i++)
                builder.AddSymbol($"s{i}", (ulong)symbols[i].Item1, (ulong)symbols[i].Item2, ElfSymbolType.Function);
            var table = builder.BuildImage().SymbolTable!;
            var index = new ElfSymbolIndex(table);
            for (var address = 0UL; address < 240; address++)
            {
                var byScan = table.TryFindContaining(address, out var a);
                var byIndex = index.TryFind(address, out var b);
                if (byScan != byIndex || a.Value != b.Value || (a.Size != 0) != (b.Size != 0))
                    return false;
            }
            return true;
        }, iter: 300);
    }
}
