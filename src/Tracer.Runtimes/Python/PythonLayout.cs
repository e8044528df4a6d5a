namespace Tracer.Runtimes.Python;

/// <summary>Where a CPython keeps what the probes read: offsets in bytes from the start of each object.</summary>
public sealed record PythonLayout
{
    /// <summary>PyFrameObject.f_code; since 3.11 _PyInterpreterFrame.f_code, since 3.13 .f_executable.</summary>
    public required int FrameCode { get; init; }
    /// <summary>PyFrameObject.f_lasti, an int; since 3.11 the pointer _PyInterpreterFrame.prev_instr, since 3.13 .instr_ptr.</summary>
    public required int FrameLastInstruction { get; init; }
    /// <summary>What only CPython up to 3.10 has; null for later ones.</summary>
    public FrameObjectLayout? FrameObject { get; init; }
    /// <summary>What only CPython 3.11 and later have; null for earlier ones.</summary>
    public InterpreterFrameLayout? InterpreterFrame { get; init; }
    /// <summary>PyCodeObject.co_filename.</summary>
    public required int CodeFileName { get; init; }
    /// <summary>PyCodeObject.co_name.</summary>
    public required int CodeName { get; init; }
    /// <summary>PyCodeObject.co_firstlineno, an int.</summary>
    public required int CodeFirstLine { get; init; }
    /// <summary>PyCodeObject.co_lnotab, since 3.10 co_linetable: a bytes object (2.7: a str).</summary>
    public required int CodeLineTable { get; init; }
    /// <summary>PyCodeObject.co_flags, an int.</summary>
    public required int CodeFlags { get; init; }
    /// <summary>PyVarObject.ob_size.</summary>
    public int BytesSize { get; init; } = 16;
    /// <summary>PyBytesObject.ob_sval, 2.7's PyStringObject.ob_sval.</summary>
    public int BytesData { get; init; } = 32;
    /// <summary>How <c>str</c> objects hold their characters.</summary>
    public required PythonTextLayout Text { get; init; }

    /// <summary>
    /// The layout of the feature release on x86-64 Linux, as the release builds have it; null for versions other than 2.7 and 3.6 to 3.15. The numbers were
    /// read from the debugging information of builds of 2.7.18, 3.6.15, 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.2, 3.11.7, 3.12.1, 3.13.0 and Debian's 3.13.18,
    /// 3.14.10 and 3.15.2, and a test compares them with what a machine has; the structures are declared in Include/code.h, Include/frameobject.h,
    /// Include/unicodeobject.h, some in Include/cpython and Include/internal, of https://github.com/python/cpython.
    /// </summary>
    public static PythonLayout? ForVersion(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (version.Major, version.Minor) switch
        {
            (2, 7) => Old(2, lasti: 120, firstLine: 96, fileName: 80, flags: 28) with { CodeLineTable = 104, BytesData = 36, Text = PythonTextLayout.Bytes },
            (3, 6) => Old(6, lasti: 120, firstLine: 36, fileName: 96, flags: 32),
            (3, 7) => Old(7, lasti: 104, firstLine: 36, fileName: 96, flags: 32),
            (3, 8) or (3, 9) => Old(version.Minor, lasti: 104, firstLine: 40, fileName: 104, flags: 36),
            (3, 10) => Old(10, lasti: 96, firstLine: 40, fileName: 104, flags: 36),
            (3, 11) => New(32, 72, new InterpreterFrameLayout
            {
                Function = 0,
                Previous = 48,
                StackTop = 64,
                IsEntry = 68,
                Owner = 69,
                Locals = 72,
                CodeBytecode = 184,
                FirstTraceable = 168,
                ThreadException = 96,
                ThreadTracing = 44,
            }),
            (3, 12) => New(0, 68, new InterpreterFrameLayout
            {
                Previous = 8,
                StackTop = 64,
                Owner = 70,
                Locals = 72,
                CodeBytecode = 192,
                FirstTraceable = 176,
                CodeMonitoringVersion = 160,
                ThreadException = 96,
                ThreadTracing = 44,
            }),
            (3, 13) => New(0, 68, new InterpreterFrameLayout
            {
                Previous = 8,
                StackTop = 64,
                Owner = 70,
                Locals = 72,
                CodeBytecode = 200,
                FirstTraceable = 184,
                CodeMonitoringVersion = 168,
                ThreadException = 112,
                ThreadTracing = 60,
                ThreadBreaker = 24,
            }),
            (3, 14) => New(0, 68, Tagged(112, 60)),
            (3, 15) => New(0, 68, Tagged(136, 64)),
            _ => null,
        };

        // minor: of 3.x, 2 for 2.7.
        static PythonLayout Old(int minor, int lasti, int firstLine, int fileName, int flags) => new()
        {
            FrameCode = 32,
            FrameLastInstruction = lasti,
            FrameObject = new FrameObjectLayout
            {
                Line = lasti + 4,
                StackTop = minor == 10 ? null : 72,
                State = minor == 10 ? lasti + 12 : null,
                BlockCount = lasti + 8,
                Blocks = minor == 2 ? lasti + 12 : lasti + 16,
                CodeBytecode = minor == 2 ? 32 : minor < 8 ? 40 : 48,
                ThreadFrame = minor == 2 ? 16 : 24,
                ThreadException = minor == 2 ? 72 : minor == 6 ? 80 : 88,
            },
            CodeFileName = fileName,
            CodeName = fileName + 8,
            CodeFirstLine = firstLine,
            CodeLineTable = fileName + 16,
            CodeFlags = flags,
            Text = PythonTextLayout.WithWideCharacters,
        };

        static PythonLayout New(int code, int firstLine, InterpreterFrameLayout frame) => new()
        {
            FrameCode = code,
            FrameLastInstruction = 56,
            InterpreterFrame = frame,
            CodeFileName = 112,
            CodeName = 120,
            CodeFirstLine = firstLine,
            CodeLineTable = 136,
            CodeFlags = 48,
            Text = code == 0 ? PythonTextLayout.Compact : PythonTextLayout.WithWideCharacters,
        };

        static InterpreterFrameLayout Tagged(int exception, int tracing) => new()
        {
            Previous = 8,
            StackPointer = 64,
            Owner = 74,
            Locals = 80,
            CodeBytecode = 208,
            FirstTraceable = 192,
            CodeMonitoringVersion = 168,
            IsTagged = true,
            ThreadException = exception,
            ThreadTracing = tracing,
            ThreadBreaker = 24,
        };
    }
}
