namespace Tracer.Elf;

/// <summary>
/// An x86-64 register, numbered as DWARF numbers it (System V AMD64 psABI, figure 3.36 "DWARF Register Number Mapping"),
/// so that operands and locations name registers with one vocabulary.
/// </summary>
public enum X64Register : byte
{
    /// <summary>rax, DWARF 0.</summary>
    Rax = 0,
    /// <summary>rdx, DWARF 1.</summary>
    Rdx = 1,
    /// <summary>rcx, DWARF 2.</summary>
    Rcx = 2,
    /// <summary>rbx, DWARF 3.</summary>
    Rbx = 3,
    /// <summary>rsi, DWARF 4.</summary>
    Rsi = 4,
    /// <summary>rdi, DWARF 5.</summary>
    Rdi = 5,
    /// <summary>rbp, DWARF 6.</summary>
    Rbp = 6,
    /// <summary>rsp, DWARF 7.</summary>
    Rsp = 7,
    /// <summary>r8, DWARF 8.</summary>
    R8 = 8,
    /// <summary>r9, DWARF 9.</summary>
    R9 = 9,
    /// <summary>r10, DWARF 10.</summary>
    R10 = 10,
    /// <summary>r11, DWARF 11.</summary>
    R11 = 11,
    /// <summary>r12, DWARF 12.</summary>
    R12 = 12,
    /// <summary>r13, DWARF 13.</summary>
    R13 = 13,
    /// <summary>r14, DWARF 14.</summary>
    R14 = 14,
    /// <summary>r15, DWARF 15.</summary>
    R15 = 15,
    /// <summary>rip: the address of the probed instruction, DWARF 16 (return address column).</summary>
    Rip = 16,
    /// <summary>xmm0, DWARF 17; xmm1 to xmm15 follow.</summary>
    Xmm0 = 17,
    /// <summary>xmm15, DWARF 32.</summary>
    Xmm15 = 32,
    /// <summary>rflags, DWARF 49.</summary>
    Rflags = 49,
    /// <summary>The base address of fs, where thread-local storage is, DWARF 58.</summary>
    FsBase = 58,
    /// <summary>The base address of gs, DWARF 59.</summary>
    GsBase = 59,
}
