using System.Runtime.CompilerServices;

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>The rules of a row: what DW_CFA_remember_state keeps.</summary>
internal struct UnwindRules
{
    /// <summary>The general registers and the return address: DWARF numbers 0 to 16 (psABI, figure 3.36). Rules of others are passed over.</summary>
    public const int Count = 17;

    public CfaRule Cfa;
    public Columns Registers;

    [InlineArray(Count)]
    internal struct Columns
    {
        private RegisterRule _first;
    }
}
