namespace Tracer.Elf.Dwarf.Frames;

/// <summary>How the canonical frame address (the caller's stack pointer before the call) is found.</summary>
/// <param name="Kind">Which of the following count.</param>
/// <param name="Register">The register's DWARF number.</param>
/// <param name="Value">The offset in bytes, or where the expression is.</param>
public readonly record struct CfaRule(CfaRuleKind Kind, ushort Register, long Value);
