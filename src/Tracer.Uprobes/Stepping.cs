namespace Tracer.Uprobes;

/// <summary>
/// Tells which instructions the kernel emulates under a uprobe: what branch_setup_xol_ops and push_setup_xol_ops of arch/x86/kernel/uprobes.c take. What is not sure is
/// taken for stepped, the dearer.
/// </summary>
internal static class Stepping
{
    /// <summary>The kind of the instruction that begins with these bytes.</summary>
    public static SteppingKind KindOf(ReadOnlySpan<byte> code) =>
        code is [0x0f, 0x1f, ..] ? SteppingKind.LongNop : IsEmulated(code) ? SteppingKind.Emulated : SteppingKind.Stepped;

    private static bool IsEmulated(ReadOnlySpan<byte> code) => code switch
    {
        [0x90, ..] => true, // nop
        [0xe8 or 0xe9 or 0xeb, ..] => true, // call, jmp
        [>= 0x70 and <= 0x7f, ..] => true, // jcc, short
        [0x0f, >= 0x80 and <= 0x8f, ..] => true, // jcc, near
        [>= 0x50 and <= 0x57, ..] => true, // push
        [0x41, >= 0x50 and <= 0x57, ..] => true, // push r8 to r15
        _ => false,
    };
}
