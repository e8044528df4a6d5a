namespace Tracer.Elf;

/// <summary>The kind of a symbol: the low four bits of st_info; other values than these occur and are kept.</summary>
public enum ElfSymbolType : byte
{
    /// <summary>STT_NOTYPE: unspecified.</summary>
    None = 0,
    /// <summary>STT_OBJECT: data.</summary>
    Object = 1,
    /// <summary>STT_FUNC: code.</summary>
    Function = 2,
    /// <summary>STT_SECTION: a section.</summary>
    Section = 3,
    /// <summary>STT_FILE: the source file of the local symbols that follow.</summary>
    File = 4,
    /// <summary>STT_COMMON: an uninitialised common block.</summary>
    Common = 5,
    /// <summary>STT_TLS: thread-local data; the value is an offset in the TLS segment.</summary>
    Tls = 6,
    /// <summary>STT_GNU_IFUNC: code whose address is the result of a resolver.</summary>
    IndirectFunction = 10,
}
