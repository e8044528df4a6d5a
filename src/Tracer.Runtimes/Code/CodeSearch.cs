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
    private const ulong Largest = 1 << 18;
    private static readonly byte[] CallRelative = [0xe8];
    private static readonly byte[] CallThroughSlot = [0xff, 0x15];
    private static readonly byte[] JumpThroughSlot = [0xff, 0x25];
    private static readonly byte[] LoadAddress = [0x8d];

    private readonly ElfImage _image = module.Image;
    private readonly FrameTable _frames = FrameTable.Load(module.Image);
    private readonly Dictionary<ulong, IReadOnlyList<Instruction>> _decoded = [];
    private readonly List<CodeBlock> _code =
    [
        .. module.Image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Execute) != 0)
            .Select(s => new CodeBlock(s.VirtualAddress, module.Image.TryGetSegmentData(s, out var data) ? data : default)),
    ];

    /// <summary>The first instruction of a function, or the better place behind it (<see cref="FunctionEntry"/>).</summary>
    public CodeLocation EntryOf(ulong function) => module.EntryOf(function);

    /// <summary>The link-time address of a function or variable that the file defines and has a symbol of; null when it has none.</summary>
    public ulong? Find(string name) => NamedFunction.AddressOf(_image, name);

    /// <summary>The instructions of the function part that starts at an address, by call frame information; empty when none does.</summary>
    public IReadOnlyList<Instruction> FunctionAt(ulong address) => Around(address) is { Count: > 0 } code && code[0].IP == address ? code : [];

    /// <summary>All direct calls of a function: of its address, of its entry in a procedure linkage table or through its slot.</summary>
    /// <param name="callee">A function that the file exports or imports.</param>
    public IEnumerable<CodePlace> CallsOf(CallTargets callee)
    {
        ArgumentNullException.ThrowIfNull(callee);
        HashSet<ulong> targets = callee.Address is { } defined ? [defined] : [];
        // An entry of the table may begin with endbr64 (4 bytes), its jump with a prefix (bnd).
        foreach (var at in Relative(JumpThroughSlot, 0, callee.Slots))
            targets.UnionWith([at, at - 1, at - 4, at - 5]);
        return Relative(CallRelative, 0, targets).Concat(Relative(CallThroughSlot, 0, callee.Slots)).Select(PlaceOf).OfType<CodePlace>()
            .Where(p => callee.IsCalledBy(p.Instruction));
    }

    /// <summary>
    /// All places where code takes an address or compares with it: as an immediate operand in programs that are not relocated, else by <c>lea</c>.
    /// </summary>
    public IEnumerable<CodePlace> UsesOf(ulong address)
    {
        var places = Relative(LoadAddress, 1, new HashSet<ulong> { address });
        if (address <= int.MaxValue)
            places.AddRange(Immediates((uint)address));
        return places.Select(PlaceOf).OfType<CodePlace>().Where(p => CodePlace.Uses(p.Instruction, address));
    }

    /// <summary>The instruction that a byte of the code belongs to; null when its function is not known.</summary>
    public CodePlace? PlaceOf(ulong address)
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

    // Where an opcode stands so that the 32 bits behind it and so many bytes more lead to one of these addresses, counted from their end.
    private List<ulong> Relative(byte[] opcode, int more, IReadOnlySet<ulong> targets)
    {
        var found = new List<ulong>();
        var length = opcode.Length + more + 4;
        foreach (var block in targets.Count == 0 ? [] : _code)
        {
            var bytes = block.Bytes.Span;
            for (int at = 0, step; at + length <= bytes.Length && (step = bytes[at..].IndexOf(opcode)) >= 0; at++)
            {
                at += step;
                if (at + length > bytes.Length)
                    break;
                var end = block.Address + (ulong)(at + length);
                if (targets.Contains(end + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + length - 4)..])))
                    found.Add(block.Address + (ulong)at);
            }
        }

        return found;
    }

    private List<ulong> Immediates(uint value)
    {
        var found = new List<ulong>();
        var pattern = BitConverter.GetBytes(value);
        foreach (var block in _code)
        {
            var bytes = block.Bytes.Span;
            for (int at = 0, step; (step = bytes[at..].IndexOf(pattern)) >= 0; at++)
            {
                at += step;
                found.Add(block.Address + (ulong)at);
            }
        }

        return found;
    }
}
