namespace Tracer.Elf;

/// <summary>What is wrong with foreign bytes, as a value: readers of this library never throw for bad input.</summary>
/// <param name="Id">The stable identifier (<c>ELF001</c> ...), listed in the diagnostics table of the documentation.</param>
/// <param name="Message">One sentence for a person, with the offending value.</param>
/// <param name="Offset">Where the offending bytes are: an offset in the file, in bytes.</param>
public sealed record ElfDiagnostic(string Id, string Message, ulong Offset)
{
    /// <summary>The identifier, the message and the offset in one line.</summary>
    public override string ToString() => $"{Id}: {Message} (at offset 0x{Offset:x})";
}
