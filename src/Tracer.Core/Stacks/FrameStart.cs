using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>
/// From the registers at one instruction to its caller: the return address is eight bytes below the canonical frame address (CFA), and the caller's frame
/// pointer is where the function saved it, or still in rbp. So the first step is right in a prologue too, and in code that keeps no frame pointer.
/// </summary>
/// <param name="Register">The register that the CFA is found by: rsp or rbp.</param>
/// <param name="CfaOffset">Bytes from that register to the CFA.</param>
/// <param name="SavedAt">Where the caller's rbp is saved, in bytes from the CFA; null when it is still in rbp.</param>
/// <param name="IsKnown">Whether call frame information says so; else it was concluded from the instruction.</param>
public readonly record struct FrameStart(X64Register Register, int CfaOffset, int? SavedAt, bool IsKnown)
{
    private const byte PushRbp = 0x55;

    // The bytes of endbr64, which is where a function begins.
    private static ReadOnlySpan<byte> EndBranch => [0xf3, 0x0f, 0x1e, 0xfa];

    /// <summary>The first step from an instruction.</summary>
    /// <param name="image">The file with the code.</param>
    /// <param name="frames">Its call frame information.</param>
    /// <param name="address">The instruction's address as linked.</param>
    public static FrameStart At(ElfImage image, FrameTable frames, ulong address)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(frames);
        var row = new UnwindRow();
        if (frames.TryFindRow(address, ref row) && Of(row) is { } known)
            return known;
        // push %rbp or endbr64: the function has done nothing yet, the return address is at rsp. Elsewhere its frame is complete.
        var code = image.DataFrom(address).Span;
        return code.Length > 0 && (code[0] == PushRbp || code.StartsWith(EndBranch))
            ? new FrameStart(X64Register.Rsp, sizeof(ulong), null, false)
            : new FrameStart(X64Register.Rbp, 2 * sizeof(ulong), -2 * sizeof(ulong), false);
    }

    private static FrameStart? Of(in UnwindRow row)
    {
        if (row.Cfa is not { Kind: CfaRuleKind.RegisterOffset, Register: (int)X64Register.Rsp or (int)X64Register.Rbp, Value: >= 8 and <= int.MaxValue }
            || row[row.ReturnAddressRegister] is not { Kind: RegisterRuleKind.Offset, Value: -8 })
            return null;
        var register = (X64Register)row.Cfa.Register;
        return row[(int)X64Register.Rbp] switch
        {
            { Kind: RegisterRuleKind.Offset, Value: >= int.MinValue and < 0 and var at } => new FrameStart(register, (int)row.Cfa.Value, (int)at, true),
            { Kind: RegisterRuleKind.Unspecified or RegisterRuleKind.SameValue } => new FrameStart(register, (int)row.Cfa.Value, null, true),
            _ => null,
        };
    }
}
