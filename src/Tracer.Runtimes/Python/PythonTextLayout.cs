namespace Tracer.Runtimes.Python;

/// <summary>How a <c>str</c> object holds its characters: the members of PyASCIIObject, PyCompactUnicodeObject and PyUnicodeObject (PEP 393).</summary>
public sealed record PythonTextLayout
{
    /// <summary>CPython 2.7's <c>str</c>: bytes behind PyVarObject.ob_size.</summary>
    public static PythonTextLayout Bytes { get; } = new() { IsBytes = true, AsciiSize = 36, CompactSize = 36, Data = 36, State = 0 };

    /// <summary>3.3 to 3.11: with wchar_t text that may not be "ready".</summary>
    public static PythonTextLayout WithWideCharacters { get; } = new() { AsciiSize = 48, CompactSize = 72, Data = 72, Wide = 40, WideLength = 64 };

    /// <summary>3.12 and later.</summary>
    public static PythonTextLayout Compact { get; } = new() { AsciiSize = 40, CompactSize = 56, Data = 56 };

    /// <summary>Whether the object is 2.7's <c>str</c>, whose bytes begin at <see cref="Data"/>.</summary>
    public bool IsBytes { get; init; }
    /// <summary>PyASCIIObject.length, in characters; PyVarObject.ob_size in 2.7.</summary>
    public int Length { get; init; } = 16;
    /// <summary>PyASCIIObject.state.</summary>
    public int State { get; init; } = 32;
    /// <summary>sizeof(PyASCIIObject), behind which the characters of compact ASCII text are.</summary>
    public required int AsciiSize { get; init; }
    /// <summary>sizeof(PyCompactUnicodeObject), behind which the characters of other compact text are.</summary>
    public required int CompactSize { get; init; }
    /// <summary>PyUnicodeObject.data, the pointer to the characters of text that is not compact.</summary>
    public required int Data { get; init; }
    /// <summary>PyASCIIObject.wstr; null since 3.12, where all text is "ready".</summary>
    public int? Wide { get; init; }
    /// <summary>PyCompactUnicodeObject.wstr_length; null since 3.12.</summary>
    public int? WideLength { get; init; }
}
