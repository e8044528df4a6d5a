namespace Tracer.Elf.Sdt.Operands;

/// <summary>What a name stands for, or why it stands for nothing.</summary>
/// <param name="Value">A link-time address, an absolute number, or an offset in the TLS segment.</param>
/// <param name="IsAbsolute">Whether the value is a number.</param>
/// <param name="IsThreadLocal">Whether the value is an offset in the TLS segment.</param>
/// <param name="Error">Why there is no such symbol; null when there is.</param>
internal readonly record struct FoundSymbol(ulong Value, bool IsAbsolute, bool IsThreadLocal, string? Error)
{
    public static FoundSymbol Failed(string error) => new(0, false, false, error);
}
