using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Linux;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// Finds the layout of a CPython's objects: in its debugging information when there is any, else by its version; both are checked with
/// what the file publishes about itself. A layout that fails the check is not used: values would be wrong without anybody noticing.
/// </summary>
public static class PythonLayoutReader
{
    private static readonly string[] Structs =
    [
        "PyFrameObject", "_PyInterpreterFrame", "PyCodeObject", "PyThreadState", "PyBytesObject", "PyStringObject", "PyASCIIObject", "PyCompactUnicodeObject",
        "PyUnicodeObject", "PyFunctionObject",
    ];

    /// <summary>The layout, or null with a reason in one clause.</summary>
    /// <param name="gate">Opens separate debug files.</param>
    /// <param name="image">The file.</param>
    /// <param name="path">Its path, by which it can be opened.</param>
    /// <param name="version">Its version.</param>
    /// <param name="problem">Why there is none.</param>
    /// <param name="root">Under which folder separate debug files are sought first; empty for this process's root alone.</param>
    public static PythonLayout? Read(ISystemCallGate gate, ElfImage image, string path, PythonVersion version, out string? problem, string root = "")
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(path);
        var layout = FromDebugInformation(gate, image, path, root) ?? PythonLayout.ForVersion(version);
        problem = layout is null ? $"the layout of CPython {version} is not known" : Check(image, layout);
        return problem is null ? layout : null;
    }

    /// <summary>The layout in the file's own debugging information or in its separate debug file; null when there is none or it is incomplete.</summary>
    public static PythonLayout? FromDebugInformation(ISystemCallGate gate, ElfImage image, string path, string root = "")
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (DwarfFile.HasInfo(image))
            return FromDwarf(image);
        // Without a build-id nothing tells that a file of the right name is of this build.
        var candidates = image.BuildId.IsEmpty ? [] : new[] { root, "" }.Distinct().SelectMany(r => DebugFileCandidates.For(image, path, r));
        foreach (var candidate in candidates)
        {
            if (!MappedFile.Open(gate, candidate).TryGet(out var file))
                continue;
            using (file)
            {
                if (ElfImage.TryParse(file.Memory, out var debug, out _) && debug!.BuildId.Span.SequenceEqual(image.BuildId.Span) && DwarfFile.HasInfo(debug))
                    return FromDwarf(debug);
            }
        }

        return null;
    }

    /// <summary>What a layout and the members that a file publishes disagree about; null when they agree on all they both name.</summary>
    public static string? Check(ElfImage image, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var pointers = new ImagePointers(image);
        var code = PublishedMembers.Read(image, pointers, "PyCode_Type");
        var frame = PublishedMembers.Read(image, pointers, "PyFrame_Type");
        (IReadOnlyDictionary<string, long> Members, string Name, int Offset)[] checks =
        [
            (code, "co_filename", layout.CodeFileName),
            (code, "co_name", layout.CodeName),
            (code, "co_firstlineno", layout.CodeFirstLine),
            (code, "co_lnotab", layout.CodeLineTable),
            (code, "co_linetable", layout.CodeLineTable),
            (code, "co_flags", layout.CodeFlags),
            (code, "co_qualname", layout.InterpreterFrame?.CodeQualifiedName ?? -1),
            (code, "co_consts", layout.InterpreterFrame?.CodeConstants ?? -1),
            // The members of the frame object are those of what runs up to 3.10 only.
            (frame, "f_code", layout.FrameObject is null ? -1 : layout.FrameCode),
            (frame, "f_lasti", layout.FrameObject is null ? -1 : layout.FrameLastInstruction),
        ];
        foreach (var (members, name, offset) in checks)
        {
            if (offset >= 0 && members.TryGetValue(name, out var published) && published != offset)
                return $"the file says that {name} is at offset {published}, and not at {offset}";
        }

        return null;
    }

    private static PythonLayout? FromDwarf(ElfImage image) => new DwarfLayout(new DwarfReader(DwarfFile.Load(image, typesOnly: true)).Types.FindStructs(Structs)).Read();

    /// <summary>A layout from structures; incomplete as soon as one needed member is not as it should be.</summary>
    private sealed class DwarfLayout(IReadOnlyDictionary<string, StructLayout> structs)
    {
        private const string Frame = "_PyInterpreterFrame";
        private const string Code = "PyCodeObject";
        private const string Thread = "PyThreadState";
        private bool _isComplete = true;

        public PythonLayout? Read()
        {
            // Before 3.11 the structure of the name is not there.
            var isNew = structs.ContainsKey(Frame);
            var isBytes = !structs.ContainsKey("PyASCIIObject");
            var layout = new PythonLayout
            {
                FrameCode = isNew ? At(Frame, Either(Frame, "f_executable", "f_code"), 8) : At("PyFrameObject", "f_code", 8),
                FrameLastInstruction = isNew ? At(Frame, Either(Frame, "instr_ptr", "prev_instr"), 8) : At("PyFrameObject", "f_lasti", 4),
                FrameObject = isNew ? null : FrameObject(),
                InterpreterFrame = isNew ? InterpreterFrame() : null,
                CodeFileName = At(Code, "co_filename", 8),
                CodeName = At(Code, "co_name", 8),
                CodeFirstLine = At(Code, "co_firstlineno", 4),
                CodeLineTable = At(Code, Either(Code, "co_linetable", "co_lnotab"), 8),
                CodeFlags = At(Code, "co_flags", 4),
                BytesSize = isBytes ? At("PyStringObject", "ob_size", 8) : At("PyBytesObject", "ob_base.ob_size", 8),
                BytesData = At(isBytes ? "PyStringObject" : "PyBytesObject", "ob_sval", null),
                Text = isBytes ? Bytes() : Text(),
            };
            return _isComplete ? layout : null;
        }

        private FrameObjectLayout FrameObject() => new()
        {
            Line = At("PyFrameObject", "f_lineno", 4),
            StackTop = Optional("PyFrameObject", "f_stacktop"),
            State = Optional("PyFrameObject", "f_state"),
            BlockCount = At("PyFrameObject", "f_iblock", 4),
            Blocks = At("PyFrameObject", "f_blockstack", null),
            CodeBytecode = At(Code, "co_code", 8),
            ThreadFrame = At(Thread, "frame", 8),
            ThreadException = At(Thread, "curexc_type", 8),
        };

        private InterpreterFrameLayout InterpreterFrame() => new()
        {
            Function = At(Frame, Either(Frame, "f_funcobj", "f_func"), 8),
            FunctionModule = At("PyFunctionObject", "func_module", 8),
            Previous = At(Frame, "previous", 8),
            StackTop = Optional(Frame, "stacktop"),
            StackPointer = Optional(Frame, "stackpointer"),
            IsEntry = Optional(Frame, "is_entry"),
            Owner = At(Frame, "owner", 1),
            Locals = At(Frame, "localsplus", null),
            IsTagged = Optional(Frame, "stackpointer") is not null,
            CodeQualifiedName = At(Code, "co_qualname", 8),
            CodeConstants = At(Code, "co_consts", 8),
            CodeBytecode = At(Code, "co_code_adaptive", null),
            FirstTraceable = At(Code, "_co_firsttraceable", 4),
            CodeMonitoringVersion = Optional(Code, "_co_instrumentation_version"),
            ThreadException = At(Thread, Either(Thread, "current_exception", "curexc_type"), 8),
            ThreadTracing = At(Thread, "tracing", 4),
            ThreadBreaker = Optional(Thread, "eval_breaker"),
        };

        private PythonTextLayout Bytes() => PythonTextLayout.Bytes with
        {
            Length = At("PyStringObject", "ob_size", 8),
            AsciiSize = At("PyStringObject", "ob_sval", null),
            CompactSize = At("PyStringObject", "ob_sval", null),
            Data = At("PyStringObject", "ob_sval", null),
        };

        private PythonTextLayout Text() => new()
        {
            Length = At("PyASCIIObject", "length", 8),
            State = At("PyASCIIObject", "state", 4),
            AsciiSize = Size("PyASCIIObject"),
            CompactSize = Size("PyCompactUnicodeObject"),
            Data = At("PyUnicodeObject", "data", 8),
            Wide = Optional("PyASCIIObject", "wstr"),
            WideLength = Optional("PyCompactUnicodeObject", "wstr_length"),
        };

        private int At(string name, string path, int? size)
        {
            if (structs.TryGetValue(name, out var type) && type.TryGetField(path, out var field) && !field.IsBitField
                && field.ByteOffset is >= 0 and < 4096 && (size is null || field.Type.ByteSize is null || field.Type.ByteSize == size))
                return (int)field.ByteOffset;
            _isComplete = false;
            return 0;
        }

        private string Either(string name, string newer, string older) => Optional(name, newer) is null ? older : newer;

        private int? Optional(string name, string path) =>
            structs.TryGetValue(name, out var type) && type.TryGetField(path, out var field) ? (int)field.ByteOffset : null;

        private int Size(string name)
        {
            if (structs.TryGetValue(name, out var type) && type.ByteSize is > 0 and < 4096)
                return (int)type.ByteSize;
            _isComplete = false;
            return 0;
        }
    }
}
