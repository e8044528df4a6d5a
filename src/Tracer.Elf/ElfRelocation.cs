namespace Tracer.Elf;

/// <summary>A dynamic relocation with addend (Elf64_Rela).</summary>
/// <param name="Address">The link-time address of the slot it fills.</param>
/// <param name="Type">Its kind.</param>
/// <param name="SymbolIndex">The index in <see cref="ElfImage.DynamicSymbols"/>; 0 for none.</param>
/// <param name="Addend">The addend.</param>
public readonly record struct ElfRelocation(ulong Address, ElfRelocationType Type, uint SymbolIndex, long Addend);
