namespace Tracer.Core.Expressions;

/// <summary>How text is stored in target memory. The fixed-width values equal their bytes per character, which is also CPython's <c>PyUnicode_Kind</c>.</summary>
public enum Charset : byte
{
    /// <summary>UTF-8 (ASCII included); bytes that are no UTF-8 are shown as such.</summary>
    Utf8 = 0,
    /// <summary>One byte a character, U+0000 to U+00FF.</summary>
    Latin1 = 1,
    /// <summary>Two bytes a character, no surrogate pairs needed.</summary>
    Ucs2 = 2,
    /// <summary>Four bytes a character.</summary>
    Ucs4 = 4,
}
