namespace Tracer.Elf;

/// <summary>The content of .gnu_debuglink: where separate debug information is (gdb manual, "Separate Debug Files").</summary>
/// <param name="FileName">The name of the debug file, without a directory.</param>
/// <param name="Crc">The CRC-32 (IEEE) of the whole debug file.</param>
public sealed record DebugLink(string FileName, uint Crc);
