using System.IO.Enumeration;
using System.Text;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>The functions of an image in all symbol tables there are of it, each address once.</summary>
/// <param name="image">The image.</param>
/// <param name="tables">Its tables, the richest first.</param>
public sealed class FunctionSymbols(ElfImage image, IReadOnlyList<ElfSymbolTable> tables)
{
    /// <summary>Whether there is no table at all.</summary>
    public bool IsEmpty => tables.Count == 0;

    /// <summary>The functions of a name, with the copies that compilers made of them; in C++ also by <c>space::type::name</c>, all overloads.</summary>
    public IReadOnlyList<NativeFunction> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = Encoding.UTF8.GetBytes(name);
        var mangled = MangledName.Prefixes(name);
        return Collect((table, symbol) =>
        {
            var found = table.Name(symbol);
            if (found.IndexOf((byte)'@') is > 0 and var at)
                found = found[..at];
            return found.SequenceEqual(wanted) || CloneName.IsCloneOf(found, wanted) || (MangledName.Matches(found, mangled) && !CloneName.IsPart(Encoding.UTF8.GetString(found)));
        }, labels: true);
    }

    /// <summary>The first function of exactly this name; null when there is none.</summary>
    public NativeFunction? FindExact(string name)
    {
        foreach (var table in tables)
        {
            if (table.TryFind(name, out var symbol) && IsFunction(symbol, labels: false))
                return Make(table, symbol);
        }

        return null;
    }

    /// <summary>The functions whose names match a glob.</summary>
    public IReadOnlyList<NativeFunction> Match(string glob)
    {
        ArgumentNullException.ThrowIfNull(glob);
        return Collect((table, symbol) => NameOf(table, symbol) is var name && FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false) && !CloneName.IsPart(name),
            labels: false);
    }

    /// <summary>The function at or around an address; of several the one that starts last.</summary>
    public bool TryFindContaining(ulong address, out NativeFunction function)
    {
        foreach (var table in tables)
        {
            if (table.TryFindContaining(address, out var symbol) && IsFunction(symbol, labels: false))
            {
                function = Make(table, symbol);
                return true;
            }
        }

        function = null!;
        return false;
    }

    /// <summary>Whether a function starts at an address.</summary>
    public bool StartsAt(ulong address) => TryFindContaining(address, out var function) && function.Address == address;

    /// <summary>The names nearest to one that was not found, best first.</summary>
    public IReadOnlyList<(string Name, int Distance)> Nearest(string name, int most)
    {
        ArgumentNullException.ThrowIfNull(name);
        var allowed = Math.Max(2, name.Length / 3);
        var near = new SortedSet<(int Distance, string Name)>();
        foreach (var table in tables)
        {
            foreach (var symbol in table)
            {
                if (!IsFunction(symbol, labels: false) || Math.Abs(table.Name(symbol).Length - name.Length) > allowed)
                    continue;
                var text = NameOf(table, symbol);
                var distance = NameDistance.Between(name, text);
                if (distance > allowed)
                    continue;
                near.Add((distance, text));
                if (near.Count > most)
                    near.Remove(near.Max);
            }
        }

        return [.. near.Select(n => (n.Name, n.Distance))];
    }

    private List<NativeFunction> Collect(Func<ElfSymbolTable, ElfSymbol, bool> isWanted, bool labels)
    {
        var found = new List<NativeFunction>();
        var byAddress = new Dictionary<ulong, int>();
        foreach (var table in tables)
        {
            foreach (var symbol in table)
            {
                if (!IsFunction(symbol, labels) || !isWanted(table, symbol))
                    continue;
                var function = Make(table, symbol);
                if (!byAddress.TryGetValue(symbol.Value, out var index))
                {
                    byAddress.Add(symbol.Value, found.Count);
                    found.Add(function);
                }
                else
                {
                    found[index] = Join(found[index], function);
                }
            }
        }

        AddAliases(found, byAddress);
        found.Sort((a, b) => a.Address.CompareTo(b.Address));
        return found;
    }

    private void AddAliases(List<NativeFunction> found, Dictionary<ulong, int> byAddress)
    {
        if (found.Count == 0)
            return;
        foreach (var table in tables)
        {
            foreach (var symbol in table)
            {
                if (!byAddress.TryGetValue(symbol.Value, out var index) || !IsFunction(symbol, labels: false))
                    continue;
                var name = NameOf(table, symbol);
                var function = found[index];
                if (name != function.Name && !function.Aliases.Contains(name))
                    found[index] = function with { Aliases = [.. function.Aliases, name] };
            }
        }
    }

    // Of two names of one address the public one is shown: global, without leading underscores.
    private static NativeFunction Join(NativeFunction first, NativeFunction second)
    {
        var joined = Rank(second) < Rank(first) ? second : first;
        return joined with
        {
            Size = Math.Max(first.Size, second.Size),
            IsGlobal = first.IsGlobal || second.IsGlobal,
            IsIndirect = first.IsIndirect || second.IsIndirect,
        };
    }

    private static int Rank(NativeFunction function) => (function.IsGlobal ? 0 : 100) + function.Name.TakeWhile(c => c == '_').Count();

    // Symbol tables of programs append the version of what they import or export: memcpy@@GLIBC_2.14.
    private static string NameOf(ElfSymbolTable table, in ElfSymbol symbol) =>
        table.NameString(symbol) is var name && name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? name[..at] : name;

    private static NativeFunction Make(ElfSymbolTable table, in ElfSymbol symbol) => new(
        NameOf(table, symbol), symbol.Value, symbol.Size, symbol.Binding != ElfSymbolBinding.Local)
    {
        IsIndirect = symbol.Type == ElfSymbolType.IndirectFunction,
    };

    // A label of assembler code may have no type; it is a function when somebody names it and it is code.
    private bool IsFunction(in ElfSymbol symbol, bool labels)
    {
        if (!symbol.IsDefined || symbol.IsAbsolute || symbol.NameOffset == 0)
            return false;
        return symbol.Type is ElfSymbolType.Function or ElfSymbolType.IndirectFunction || (labels && symbol.Type == ElfSymbolType.None && image.IsCode(symbol.Value));
    }
}
