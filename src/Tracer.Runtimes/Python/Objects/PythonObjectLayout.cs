namespace Tracer.Runtimes.Python.Objects;

/// <summary>
/// Where a CPython keeps what is in its objects: offsets in bytes. Those that are the same in 2.7 to 3.15 are constants. The numbers were read from debugging
/// information of builds of every version, and a test compares them with that of the builds that have it. The structures are declared in Include/object.h and
/// its neighbours of https://github.com/python/cpython.
/// </summary>
public sealed record PythonObjectLayout
{
    /// <summary>PyObject.ob_type.</summary>
    public const int Type = 8;
    /// <summary>PyVarObject.ob_size.</summary>
    public const int Size = 16;
    /// <summary>PyTypeObject.tp_name, char *.</summary>
    public const int TypeName = 24;
    /// <summary>PyTypeObject.tp_basicsize.</summary>
    public const int TypeBasicSize = 32;
    /// <summary>PyTypeObject.tp_itemsize.</summary>
    public const int TypeItemSize = 40;
    /// <summary>PyTypeObject.tp_repr.</summary>
    public const int TypeRepr = 88;
    /// <summary>PyTypeObject.tp_flags.</summary>
    public const int TypeFlags = 168;
    /// <summary>PyTypeObject.tp_base.</summary>
    public const int TypeBase = 256;
    /// <summary>PyTypeObject.tp_dict.</summary>
    public const int TypeDict = 264;
    /// <summary>PyTypeObject.tp_dictoffset.</summary>
    public const int TypeDictOffset = 288;
    /// <summary>PyListObject.ob_item.</summary>
    public const int ListItems = 24;
    /// <summary>PyFloatObject.ob_fval, PyIntObject.ob_ival of 2.7, PyComplexObject.cval, PyCellObject.ob_ref, PyMethodObject.im_func: the first field of the object.</summary>
    public const int First = 16;
    /// <summary>PyMethodObject.im_self, PyCFunctionObject.m_self, the imaginary part of a complex.</summary>
    public const int Second = 24;
    /// <summary>PyMethodObject.im_class of 2.7.</summary>
    public const int MethodClass = 32;
    /// <summary>PyLongObject.ob_digit.</summary>
    public const int Digits = 24;
    /// <summary>PyDictObject.ma_used of 3.x, ma_used of 2.7 is <see cref="Dict27Used"/>.</summary>
    public const int DictUsed = 16;
    /// <summary>PyDictObject.ma_keys.</summary>
    public const int DictKeys = 32;
    /// <summary>PyDictObject.ma_values.</summary>
    public const int DictValues = 40;
    /// <summary>PyDictObject.ma_used of 2.7.</summary>
    public const int Dict27Used = 24;
    /// <summary>PySetObject.used.</summary>
    public const int SetUsed = 24;
    /// <summary>PySetObject.mask and PyDictObject.ma_mask of 2.7.</summary>
    public const int TableMask = 32;
    /// <summary>PySetObject.table and PyDictObject.ma_table of 2.7.</summary>
    public const int Table = 40;
    /// <summary>PyASCIIObject.length; PyUnicodeObject.length of 2.7.</summary>
    public const int TextLength = 16;
    /// <summary>PyASCIIObject.state.</summary>
    public const int TextState = 32;
    /// <summary>PyUnicodeObject.str of 2.7.</summary>
    public const int Text27Data = 24;
    /// <summary>PyASCIIObject.wstr, until 3.11.</summary>
    public const int TextWide = 40;
    /// <summary>PyCompactUnicodeObject.wstr_length, until 3.11.</summary>
    public const int TextWideLength = 64;
    /// <summary>PyBaseExceptionObject.dict and PyModuleObject.md_dict.</summary>
    public const int OwnDict = 16;
    /// <summary>PyBaseExceptionObject.args.</summary>
    public const int ExceptionArgs = 24;
    /// <summary>PyByteArrayObject.ob_start; ob_bytes of 2.7.</summary>
    public const int ByteArrayStart = 40;
    /// <summary>PyClassObject.cl_name of 2.7.</summary>
    public const int ClassName = 32;
    /// <summary>PyClassObject.cl_dict and PyInstanceObject.in_dict of 2.7.</summary>
    public const int ClassDict = 24;

    /// <summary>2 or 3.</summary>
    public required int Major { get; init; }
    /// <summary>The feature release.</summary>
    public required int Minor { get; init; }
    /// <summary>PyTupleObject.ob_item.</summary>
    public int TupleItems { get; init; } = 24;
    /// <summary>PyBytesObject.ob_sval; PyStringObject.ob_sval of 2.7.</summary>
    public int BytesData { get; init; } = 32;
    /// <summary>sizeof(PyASCIIObject), behind which the characters of compact ASCII text are.</summary>
    public int AsciiSize { get; init; } = 48;
    /// <summary>sizeof(PyCompactUnicodeObject), behind which other compact text is, and where other text has the pointer to it.</summary>
    public int CompactSize { get; init; } = 72;
    /// <summary>sizeof(PyDictKeysObject) without its table.</summary>
    public int KeysSize { get; init; } = 40;
    /// <summary>PyDictKeysObject.dk_nentries.</summary>
    public int KeysEntries { get; init; } = 32;
    /// <summary>PyHeapTypeObject.ht_name.</summary>
    public required int HeapTypeName { get; init; }
    /// <summary>PyHeapTypeObject.ht_qualname; 0 in 2.7.</summary>
    public int HeapTypeQualifiedName { get; init; }
    /// <summary>PyHeapTypeObject.ht_cached_keys; 0 in 2.7.</summary>
    public int HeapTypeCachedKeys { get; init; }
    /// <summary>PyFunctionObject.func_name.</summary>
    public required int FunctionName { get; init; }
    /// <summary>PyFunctionObject.func_qualname; that of the name in 2.7.</summary>
    public required int FunctionQualifiedName { get; init; }
    /// <summary>PyModuleObject.md_name; 0 in 2.7.</summary>
    public int ModuleName { get; init; }
    /// <summary>PyCodeObject.co_name.</summary>
    public required int CodeName { get; init; }
    /// <summary>PyCodeObject.co_filename.</summary>
    public required int CodeFileName { get; init; }
    /// <summary>PyCodeObject.co_firstlineno, an int.</summary>
    public required int CodeFirstLine { get; init; }
    /// <summary>PyGenObject.gi_qualname; 0 in 2.7.</summary>
    public int GeneratorQualifiedName { get; init; }
    /// <summary>PyGenObject.gi_code of 2.7.</summary>
    public int GeneratorCode { get; init; }
    /// <summary>Bytes of a Py_UNICODE of 2.7: 4, or 2 in builds configured with --enable-unicode=ucs2.</summary>
    public int UnicodeUnit { get; init; } = 4;

    /// <summary>Whether it is of that feature release or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>The layout of the feature release on x86-64 Linux, as builds with the GIL have it; null for versions outside 2.7 and 3.6 to 3.15.</summary>
    public static PythonObjectLayout? ForVersion(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (version.Major, version.Minor) switch
        {
            (2, 7) => new()
            {
                Major = 2,
                Minor = 7,
                BytesData = 36,
                HeapTypeName = 856,
                FunctionName = 56,
                FunctionQualifiedName = 56,
                CodeName = 88,
                CodeFileName = 80,
                CodeFirstLine = 96,
                GeneratorCode = 32,
            },
            (3, 6) or (3, 7) => Old(version.Minor, heapTypeName: 832, code: 96, firstLine: 36),
            (3, 8) => Old(8, heapTypeName: 848, code: 104, firstLine: 40),
            (3, 9) => Old(9, heapTypeName: 840, code: 104, firstLine: 40),
            (3, 10) => Old(10, heapTypeName: 848, code: 104, firstLine: 40) with { FunctionName = 32, FunctionQualifiedName = 40, GeneratorQualifiedName = 48 },
            (3, 11) => New(11, heapTypeName: 848, firstLine: 72) with { AsciiSize = 48, CompactSize = 72, GeneratorQualifiedName = 40 },
            (3, 12) or (3, 13) => New(version.Minor, heapTypeName: 856, firstLine: 68),
            (3, 14) => New(14, heapTypeName: 856, firstLine: 68) with { TupleItems = 32 },
            (3, 15) => New(15, heapTypeName: 864, firstLine: 68) with { TupleItems = 32, ModuleName = 40 },
            _ => null,
        };

        static PythonObjectLayout Old(int minor, int heapTypeName, int code, int firstLine) => new()
        {
            Major = 3,
            Minor = minor,
            HeapTypeName = heapTypeName,
            HeapTypeQualifiedName = heapTypeName + 16,
            HeapTypeCachedKeys = heapTypeName + 24,
            FunctionName = 64,
            FunctionQualifiedName = 104,
            ModuleName = 48,
            CodeFileName = code,
            CodeName = code + 8,
            CodeFirstLine = firstLine,
            GeneratorQualifiedName = 56,
        };

        static PythonObjectLayout New(int minor, int heapTypeName, int firstLine) => new()
        {
            Major = 3,
            Minor = minor,
            AsciiSize = 40,
            CompactSize = 56,
            KeysSize = 32,
            KeysEntries = 24,
            HeapTypeName = heapTypeName,
            HeapTypeQualifiedName = heapTypeName + 16,
            HeapTypeCachedKeys = heapTypeName + 24,
            FunctionName = 32,
            FunctionQualifiedName = 40,
            ModuleName = 48,
            CodeFileName = 112,
            CodeName = 120,
            CodeFirstLine = firstLine,
            GeneratorQualifiedName = 32,
        };
    }
}
