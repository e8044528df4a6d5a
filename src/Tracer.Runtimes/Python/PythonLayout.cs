namespace Tracer.Runtimes.Python;

/// <summary>Where a CPython 3.6 to 3.10 keeps what the probes read: offsets in bytes from the start of each object.</summary>
public sealed record PythonLayout
{
    /// <summary>PyFrameObject.f_code.</summary>
    public required int FrameCode { get; init; }
    /// <summary>PyFrameObject.f_lasti, an int.</summary>
    public required int FrameLastInstruction { get; init; }
    /// <summary>PyFrameObject.f_lineno, an int.</summary>
    public required int FrameLine { get; init; }
    /// <summary>PyCodeObject.co_filename.</summary>
    public required int CodeFileName { get; init; }
    /// <summary>PyCodeObject.co_name.</summary>
    public required int CodeName { get; init; }
    /// <summary>PyCodeObject.co_firstlineno, an int.</summary>
    public required int CodeFirstLine { get; init; }
    /// <summary>PyCodeObject.co_lnotab, in 3.10 co_linetable: a bytes object.</summary>
    public required int CodeLineTable { get; init; }
    /// <summary>PyVarObject.ob_size.</summary>
    public int BytesSize { get; init; } = 16;
    /// <summary>PyBytesObject.ob_sval.</summary>
    public int BytesData { get; init; } = 32;
    /// <summary>PyASCIIObject.length, in characters.</summary>
    public int TextLength { get; init; } = 16;
    /// <summary>PyASCIIObject.state.</summary>
    public int TextState { get; init; } = 32;
    /// <summary>PyASCIIObject.wstr.</summary>
    public int TextWide { get; init; } = 40;
    /// <summary>sizeof(PyASCIIObject), behind which the characters of compact ASCII text are.</summary>
    public int AsciiSize { get; init; } = 48;
    /// <summary>PyCompactUnicodeObject.wstr_length.</summary>
    public int TextWideLength { get; init; } = 64;
    /// <summary>sizeof(PyCompactUnicodeObject), behind which the characters of other compact text are.</summary>
    public int CompactSize { get; init; } = 72;
    /// <summary>PyUnicodeObject.data, the pointer to the characters of text that is not compact.</summary>
    public int TextData { get; init; } = 72;

    /// <summary>
    /// The layout of the feature release on x86-64 Linux, as the release builds have it; null for versions outside 3.6 to 3.10. Source: the headers
    /// Include/code.h, Include/frameobject.h (cpython/ since 3.8) and Include/unicodeobject.h of https://github.com/python/cpython at the tags v3.6.15,
    /// v3.7.16, v3.8.18, v3.9.18 and v3.10.13; a test compares with the debugging information of such builds. Fields moved when co_posonlyargcount came
    /// (3.8), when the exception state left the frame (3.7) and when f_state became a byte (3.10).
    /// </summary>
    public static PythonLayout? ForVersion(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (version.Major, version.Minor) switch
        {
            (3, 6) => Make(lasti: 120, firstLine: 36, fileName: 96),
            (3, 7) => Make(lasti: 104, firstLine: 36, fileName: 96),
            (3, 8) or (3, 9) => Make(lasti: 104, firstLine: 40, fileName: 104),
            (3, 10) => Make(lasti: 96, firstLine: 40, fileName: 104),
            _ => null,
        };

        static PythonLayout Make(int lasti, int firstLine, int fileName) => new()
        {
            FrameCode = 32,
            FrameLastInstruction = lasti,
            FrameLine = lasti + 4,
            CodeFileName = fileName,
            CodeName = fileName + 8,
            CodeFirstLine = firstLine,
            CodeLineTable = fileName + 16,
        };
    }
}
