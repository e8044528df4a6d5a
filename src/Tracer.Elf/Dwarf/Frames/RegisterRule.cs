namespace Tracer.Elf.Dwarf.Frames;

/// <summary>How the caller's value of a register is found.</summary>
/// <param name="Kind">The kind of rule.</param>
/// <param name="Value">The offset in bytes, the register's DWARF number, or where the expression is.</param>
public readonly record struct RegisterRule(RegisterRuleKind Kind, long Value = 0);
