namespace Tracer.Elf;

/// <summary>The identifiers of <see cref="ElfDiagnostic"/>; the documentation explains each.</summary>
internal static class ElfDiagnosticIds
{
    public const string NotElf = "ELF001";
    public const string TruncatedHeader = "ELF002";
    public const string UnsupportedClass = "ELF003";
    public const string BigEndian = "ELF004";
    public const string UnsupportedVersion = "ELF005";
    public const string BadSegmentTable = "ELF006";
    public const string BadSectionTable = "ELF007";
    public const string DataOutsideFile = "ELF010";
    public const string BadCompressionHeader = "ELF011";
    public const string UnsupportedCompression = "ELF012";
    public const string CorruptCompressedData = "ELF013";
    public const string BadNote = "ELF020";
    public const string BadSdtNote = "ELF030";
    public const string BadMiniDebugInfo = "ELF040";
}
