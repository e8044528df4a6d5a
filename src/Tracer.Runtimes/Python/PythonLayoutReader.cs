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
    private static readonly string[] Structs = ["PyFrameObject", "PyCodeObject", "PyBytesObject", "PyASCIIObject", "PyCompactUnicodeObject", "PyUnicodeObject"];

    /// <summary>The layout, or null with a reason in one clause.</summary>
    /// <param name="gate">Opens separate debug files.</param>
    /// <param name="image">The file.</param>
    /// <param name="path">Its path, by which it can be opened.</param>
    /// <param name="version">Its version.</param>
    /// <param name="problem">Why there is none.</param>
    public static PythonLayout? Read(ISystemCallGate gate, ElfImage image, string path, PythonVersion version, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(path);
        var layout = FromDebugInformation(gate, image, path) ?? PythonLayout.ForVersion(version);
        problem = layout is null ? $"the layout of CPython {version} is not known" : Check(image, layout);
        return problem is null ? layout : null;
    }

    /// <summary>The layout in the file's own debugging information or in its separate debug file; null when there is none or it is incomplete.</summary>
    public static PythonLayout? FromDebugInformation(ISystemCallGate gate, ElfImage image, string path)
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (DwarfFile.HasInfo(image))
            return FromDwarf(image);
        foreach (var candidate in DebugFileCandidates.For(image, path))
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
            (frame, "f_code", layout.FrameCode),
            (frame, "f_lasti", layout.FrameLastInstruction),
        ];
        foreach (var (members, name, offset) in checks)
        {
            if (members.TryGetValue(name, out var published) && published != offset)
                return $"the file says that {name} is at offset {published}, and not at {offset}";
        }

        return null;
    }

    private static PythonLayout? FromDwarf(ElfImage image)
    {
        var structs = new DwarfReader(DwarfFile.Load(image, typesOnly: true)).Types.FindStructs(Structs);
        var complete = true;
        var layout = new PythonLayout
        {
            FrameCode = At("PyFrameObject", "f_code", 8),
            FrameLastInstruction = At("PyFrameObject", "f_lasti", 4),
            FrameLine = At("PyFrameObject", "f_lineno", 4),
            CodeFileName = At("PyCodeObject", "co_filename", 8),
            CodeName = At("PyCodeObject", "co_name", 8),
            CodeFirstLine = At("PyCodeObject", "co_firstlineno", 4),
            CodeLineTable = structs.TryGetValue("PyCodeObject", out var code) && code.TryGetField("co_linetable", out _)
                ? At("PyCodeObject", "co_linetable", 8)
                : At("PyCodeObject", "co_lnotab", 8),
            BytesSize = At("PyBytesObject", "ob_base.ob_size", 8),
            BytesData = At("PyBytesObject", "ob_sval", null),
            TextLength = At("PyASCIIObject", "length", 8),
            TextState = At("PyASCIIObject", "state", 4),
            TextWide = At("PyASCIIObject", "wstr", 8),
            AsciiSize = Size("PyASCIIObject"),
            TextWideLength = At("PyCompactUnicodeObject", "wstr_length", 8),
            CompactSize = Size("PyCompactUnicodeObject"),
            TextData = At("PyUnicodeObject", "data", 8),
        };
        return complete ? layout : null;

        int At(string name, string path, int? size)
        {
            if (structs.TryGetValue(name, out var type) && type.TryGetField(path, out var field) && !field.IsBitField
                && field.ByteOffset is >= 0 and < 4096 && (size is null || field.Type.ByteSize is null || field.Type.ByteSize == size))
                return (int)field.ByteOffset;
            complete = false;
            return 0;
        }

        int Size(string name)
        {
            if (structs.TryGetValue(name, out var type) && type.ByteSize is > 0 and < 4096)
                return (int)type.ByteSize;
            complete = false;
            return 0;
        }
    }
}
