using System.Buffers.Binary;
using Iced.Intel;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Runtimes.Code;

/// <summary>
/// Finds functions that have no symbols: by who calls whom, by where code takes an address, and by the bounds that call frame information gives every
/// function. What is found in the bytes is decoded from its function's first instruction on, so that it is an instruction.
/// </summary>
/// <param name="module">The file.</param>
public sealed class CodeSearch(TargetModule module)
{
    // A lying length must not make us decode a whole library.
    private const ulong Largest = 1 << 20;
    private static readonly byte[] CallRelative = [0xe8];
    private static readonly byte[] CallThroughSlot = [0xff, 0x15];
    private static readonly byte[] JumpThroughSlot = [0xff, 0x25];
    private static readonly byte[] LoadAddress = [0x8d];

    private readonly ElfImage _image = module.Image;
    private readonly FrameTable _frames = FrameTable.Load(module.Image);
    private readonly Dictionary<ulong, IReadOnlyList<Instruction>> _decoded = [];
    private readonly Dictionary<string, (HashSet<ulong> Targets, HashSet<ulong> Slots)> _callees = new(StringComparer.Ordinal);
    private readonly List<CodeBlock> _code =
    [
        .. module.Image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Execute) != 0)
            .Select(s => new CodeBlock(s.VirtualAddress, module.Image.TryGetSegmentData(s, out var data) ? data : default)),
    ];

    // The slots of functions by name, and the jumps through each slot: the entries of procedure linkage tables.
    private ILookup<string, ulong> Slots => field ??= ReadSlots();

    private ILookup<ulong, ulong> Jumps => field ??= Relative(JumpThroughSlot, 0).ToLookup(j => j.Target, j => j.At);

    /// <summary>The instruction at a link-time address of the file's code.</summary>
    public CodeLocation LocationOf(ulong address)
    {
        _image.AddressMap.TryGetFileOffset(address, out var offset);
        return new CodeLocation(module, offset, address);
    }

    /// <summary>The first instruction of a function, or the better place behind it (<see cref="FunctionEntry"/>).</summary>
    public CodeLocation EntryOf(ulong function) => LocationOf(function + (ulong)FunctionEntry.SkipOf(_image.DataFrom(function).Span));

    /// <summary>The link-time address of a function or variable that the file defines and has a symbol of; null when it has none.</summary>
    public ulong? Find(string name) =>
        (_image.DynamicSymbols?.TryFind(name, out var symbol) is true || _image.SymbolTable?.TryFind(name, out symbol) is true) && symbol.IsDefined ? symbol.Value : null;

    /// <summary>The instructions of the function part that starts at an address, by call frame information; empty when none does.</summary>
    public IReadOnlyList<Instruction> FunctionAt(ulong address) => Around(address) is { Count: > 0 } code && code[0].IP == address ? code : [];

    /// <summary>All direct calls of a function: of its address, of its entry in a procedure linkage table or through its slot.</summary>
    /// <param name="name">A function that the file exports or imports.</param>
    public IEnumerable<CodePlace> CallsOf(string name)
    {
        var (targets, slots) = CalleeOf(name);
        var calls = targets.Count == 0 ? [] : Relative(CallRelative, 0).Where(c => targets.Contains(c.Target));
        var indirect = slots.Count == 0 ? [] : Relative(CallThroughSlot, 0).Where(c => slots.Contains(c.Target));
        return calls.Concat(indirect).Select(c => PlaceOf(c.At)).OfType<CodePlace>().Where(p => IsCallOf(p.Instruction, name));
    }

    /// <summary>Whether an instruction is a direct call of a function.</summary>
    public bool IsCallOf(in Instruction instruction, string name) => instruction.FlowControl switch
    {
        FlowControl.Call => CalleeOf(name).Targets.Contains(instruction.NearBranchTarget),
        FlowControl.IndirectCall => instruction.IsIPRelativeMemoryOperand && CalleeOf(name).Slots.Contains(instruction.IPRelativeMemoryAddress),
        _ => false,
    };

    /// <summary>
    /// All places where code takes an address or compares with it: as an immediate operand in programs that are not relocated, else by <c>lea</c>.
    /// </summary>
    public IEnumerable<CodePlace> UsesOf(ulong address)
    {
        var places = Relative(LoadAddress, 1).Where(l => l.Target == address).Select(l => l.At);
        return (address <= int.MaxValue ? places.Concat(Immediates((uint)address)) : places).Select(PlaceOf).OfType<CodePlace>()
            .Where(p => CodePlace.Uses(p.Instruction, address));
    }

    private IReadOnlyList<Instruction> Around(ulong address)
    {
        var row = default(UnwindRow);
        if (!_frames.TryFindRow(address, ref row) || address - row.Start >= row.End - row.Start || row.End - row.Start > Largest)
            return [];
        if (_decoded.TryGetValue(row.Start, out var known))
            return known;
        var bytes = _image.DataFrom(row.Start);
        var block = new CodeBlock(row.Start, bytes[..(int)Math.Min(row.End - row.Start, (ulong)bytes.Length)]);
        return _decoded[row.Start] = [.. InstructionStream.Decode(block, [block.Address])];
    }

    // The instruction that a byte belongs to.
    private CodePlace? PlaceOf(ulong address)
    {
        var code = Around(address);
        var (low, high) = (0, code.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (code[middle].NextIP <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low < code.Count && code[low].IP <= address ? new CodePlace(code, low) : null;
    }

    // Where calls of a function may lead, and through which slots.
    private (HashSet<ulong> Targets, HashSet<ulong> Slots) CalleeOf(string name)
    {
        if (_callees.TryGetValue(name, out var known))
            return known;
        HashSet<ulong> targets = Find(name) is { } defined ? [defined] : [], slots = [.. Slots[name]];
        // An entry of the table may begin with endbr64 (4 bytes), its jump with a prefix (bnd).
        foreach (var at in slots.SelectMany(s => Jumps[s]))
            targets.UnionWith([at, at - 1, at - 4, at - 5]);
        return _callees[name] = (targets, slots);
    }

    private ILookup<string, ulong> ReadSlots()
    {
        if (_image.DynamicSymbols is not { } symbols)
            return Enumerable.Empty<ulong>().ToLookup(_ => "");
        var relocations = new ElfRelocations(_image);
        return Enumerable.Range(0, relocations.Count).Select(k => relocations[k])
            .Where(r => r.Type is ElfRelocationType.JumpSlot or ElfRelocationType.GlobalData && r.SymbolIndex < (uint)symbols.Count)
            .ToLookup(r => symbols.NameString(symbols[(int)r.SymbolIndex]), r => r.Address, StringComparer.Ordinal);
    }

    // Where an opcode stands, with what the 32 bits behind it and so many bytes more lead to, relative to their end.
    private IEnumerable<(ulong At, ulong Target)> Relative(byte[] opcode, int more)
    {
        var length = opcode.Length + more + 4;
        foreach (var block in _code)
        {
            for (var at = IndexOf(block, opcode, 0); at >= 0 && at + length <= block.Bytes.Length; at = IndexOf(block, opcode, at + 1))
            {
                var end = block.Address + (ulong)(at + length);
                yield return (block.Address + (ulong)at, end + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(block.Bytes.Span[(at + length - 4)..]));
            }
        }
    }

    private IEnumerable<ulong> Immediates(uint value)
    {
        var pattern = BitConverter.GetBytes(value);
        foreach (var block in _code)
        {
            for (var at = IndexOf(block, pattern, 0); at >= 0; at = IndexOf(block, pattern, at + 1))
                yield return block.Address + (ulong)at;
        }
    }

    private static int IndexOf(CodeBlock block, byte[] pattern, int from) => block.Bytes.Span[from..].IndexOf(pattern) is >= 0 and var at ? from + at : -1;
}
