namespace Tracer.Elf;

/// <summary>The binding of a symbol: the high four bits of st_info; other values than these occur and are kept.</summary>
public enum ElfSymbolBinding : byte
{
    /// <summary>STB_LOCAL: visible in its own file only.</summary>
    Local = 0,
    /// <summary>STB_GLOBAL: visible everywhere.</summary>
    Global = 1,
    /// <summary>STB_WEAK: global, of lower precedence.</summary>
    Weak = 2,
    /// <summary>STB_GNU_UNIQUE: one in a process.</summary>
    Unique = 10,
}
