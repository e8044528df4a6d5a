using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>
/// Recognises direct calls of a function that an image defines or imports by name: they lead to the function itself, or to a stub of the procedure linkage
/// table, which jumps through a slot that a relocation fills with the function's address (psABI x86-64, "Procedure Linkage Table").
/// </summary>
public sealed class CallTargets
{
    private const int LongestStub = 16;

    private readonly ElfImage _image;
    private readonly HashSet<ulong> _slots = [];
    private readonly ulong _address;

    /// <summary>Looks the function up.</summary>
    /// <param name="image">The image whose code calls it.</param>
    /// <param name="name">The function's name in UTF-8.</param>
    public CallTargets(ElfImage image, ReadOnlySpan<byte> name)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = image;
        if (image.DynamicSymbols is { } symbols)
        {
            if (symbols.TryFind(name, out var symbol))
                _address = symbol.Value;
            FindSlots(symbols, name);
        }

        // Programs do not export what they define, unless they are asked to.
        if (_address == 0 && _slots.Count == 0 && image.SymbolTable?.TryFind(name, out var own) is true)
            _address = own.Value;
    }

    private void FindSlots(ElfSymbolTable symbols, ReadOnlySpan<byte> name)
    {
        var relocations = new ElfRelocations(_image);
        for (var k = 0; k < relocations.Count; k++)
        {
            var relocation = relocations[k];
            if (relocation.Type is ElfRelocationType.JumpSlot or ElfRelocationType.GlobalData && relocation.SymbolIndex != 0
                && relocation.SymbolIndex < (uint)symbols.Count && symbols.Name(symbols[(int)relocation.SymbolIndex]).SequenceEqual(name))
                _slots.Add(relocation.Address);
        }
    }

    /// <summary>The function's link-time address; null when the image only imports it.</summary>
    public ulong? Address => _address == 0 ? null : _address;

    /// <summary>The slots that hold its address at run time.</summary>
    public IReadOnlySet<ulong> Slots => _slots;

    /// <summary>Whether an instruction calls the function, also through its slot without a stub.</summary>
    public bool IsCalledBy(in Instruction instruction) => instruction.Code switch
    {
        Iced.Intel.Code.Call_rel32_64 => instruction.NearBranchTarget == _address ? _address != 0 : IsStub(instruction.NearBranchTarget),
        Iced.Intel.Code.Call_rm64 => instruction.IsIPRelativeMemoryOperand && _slots.Contains(instruction.IPRelativeMemoryAddress),
        _ => false,
    };

    private bool IsStub(ulong address)
    {
        if (_slots.Count == 0)
            return false;
        var bytes = _image.DataFrom(address);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, LongestStub)].ToArray());
        decoder.IP = address;
        decoder.Decode(out var instruction);
        if (instruction.Code == Iced.Intel.Code.Endbr64)
            decoder.Decode(out instruction);
        return instruction is { Code: Iced.Intel.Code.Jmp_rm64, Op0Kind: OpKind.Memory, IsIPRelativeMemoryOperand: true } && _slots.Contains(instruction.IPRelativeMemoryAddress);
    }
}
