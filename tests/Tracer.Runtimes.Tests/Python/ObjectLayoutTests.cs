using Tracer.Elf.Dwarf;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>The tables of objects and threads against the debugging information of the builds that have it.</summary>
public sealed class ObjectLayoutTests
{
    private static readonly string[] Structs =
    [
        "PyObject", "PyVarObject", "PyTypeObject", "_typeobject", "PyHeapTypeObject", "PyListObject", "PyTupleObject", "PyFloatObject", "PyComplexObject", "PyCellObject", "PyMethodObject",
        "PyCFunctionObject", "PyLongObject", "PyIntObject", "PyDictObject", "_dictobject", "_dictkeysobject", "PySetObject", "PyASCIIObject", "PyCompactUnicodeObject", "PyUnicodeObject",
        "PyBaseExceptionObject", "PyModuleObject", "PyByteArrayObject", "PyBytesObject", "PyStringObject", "PyFunctionObject", "PyCodeObject", "PyGenObject", "PyClassObject",
        "PyInstanceObject", "PyFrameObject", "_PyInterpreterFrame", "PyThreadState", "_ts", "PyInterpreterState", "_is", "_PyRuntimeState", "pyruntimestate", "_gil_runtime_state", "CFrame", "_PyCFrame", "_cframe",
    ];

    public static TheoryData<string> Names() => ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Offsets_equal_the_debugging_information(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var module = Interpreters.Open(build.Library, out var file);
        using var owned = file;
        var version = PythonVersionReader.Read(module.Image)!;
        var o = PythonObjectLayout.ForVersion(version)!;
        var t = PythonThreadLayout.ForVersion(version)!;
        var structs = new DwarfReader(DwarfFile.Load(module.Image, typesOnly: true)).Types.FindStructs(Structs);
        var is27 = build.Major == 2;
        var checkedCount = 0;
        var wrong = new List<string>();

        Check(PythonObjectLayout.Type, "PyObject", "ob_type");
        Check(PythonObjectLayout.Size, "PyVarObject", "ob_size");
        string[] types = ["PyTypeObject", "_typeobject"];
        foreach (var (offset, field) in new[]
        {
            (PythonObjectLayout.TypeName, "tp_name"), (PythonObjectLayout.TypeBasicSize, "tp_basicsize"), (PythonObjectLayout.TypeItemSize, "tp_itemsize"),
            (PythonObjectLayout.TypeRepr, "tp_repr"), (PythonObjectLayout.TypeFlags, "tp_flags"), (PythonObjectLayout.TypeBase, "tp_base"),
            (PythonObjectLayout.TypeDict, "tp_dict"), (PythonObjectLayout.TypeDictOffset, "tp_dictoffset"),
        })
            CheckAny(offset, types, field);
        Check(PythonObjectLayout.ListItems, "PyListObject", "ob_item");
        Check(PythonObjectLayout.First, "PyFloatObject", "ob_fval");
        Check(PythonObjectLayout.First, "PyCellObject", "ob_ref");
        Check(PythonObjectLayout.First, "PyMethodObject", "im_func");
        Check(PythonObjectLayout.Second, "PyMethodObject", "im_self");
        Check(PythonObjectLayout.Second, "PyCFunctionObject", "m_self");
        Check(PythonObjectLayout.ExceptionArgs, "PyBaseExceptionObject", "args");
        Check(PythonObjectLayout.OwnDict, "PyModuleObject", "md_dict");
        Check(PythonObjectLayout.ByteArrayStart, "PyByteArrayObject", is27 ? "ob_bytes" : "ob_start");
        Check(PythonObjectLayout.SetUsed, "PySetObject", "used");
        Check(PythonObjectLayout.TableMask, "PySetObject", "mask");
        Check(PythonObjectLayout.Table, "PySetObject", "table");
        Check(o.TupleItems, "PyTupleObject", "ob_item");
        Check(o.BytesData, is27 ? "PyStringObject" : "PyBytesObject", "ob_sval");
        Check(o.HeapTypeName, "PyHeapTypeObject", "ht_name");
        Check(o.FunctionName, "PyFunctionObject", "func_name");
        Check(o.FunctionQualifiedName, "PyFunctionObject", is27 ? "func_name" : "func_qualname");
        Check(o.CodeName, "PyCodeObject", "co_name");
        Check(o.CodeFileName, "PyCodeObject", "co_filename");
        Check(o.CodeFirstLine, "PyCodeObject", "co_firstlineno");
        if (is27)
        {
            Check(PythonObjectLayout.MethodClass, "PyMethodObject", "im_class");
            Check(PythonObjectLayout.ClassName, "PyClassObject", "cl_name");
            Check(PythonObjectLayout.ClassDict, "PyClassObject", "cl_dict");
            Check(PythonObjectLayout.ClassDict, "PyInstanceObject", "in_dict");
            Check(PythonObjectLayout.First, "PyInstanceObject", "in_class");
            Check(PythonObjectLayout.Text27Data, "PyUnicodeObject", "str");
            Check(PythonObjectLayout.TextLength, "PyUnicodeObject", "length");
            CheckAny(PythonObjectLayout.Dict27Used, ["PyDictObject", "_dictobject"], "ma_used");
            CheckAny(PythonObjectLayout.TableMask, ["PyDictObject", "_dictobject"], "ma_mask");
            CheckAny(PythonObjectLayout.Table, ["PyDictObject", "_dictobject"], "ma_table");
            Check(o.GeneratorCode, "PyGenObject", "gi_code");
        }
        else
        {
            Check(PythonObjectLayout.TextLength, "PyASCIIObject", "length");
            Check(PythonObjectLayout.TextState, "PyASCIIObject", "state");
            Check(o.CompactSize, "PyUnicodeObject", "data");
            Check(PythonObjectLayout.DictUsed, "PyDictObject", "ma_used");
            Check(PythonObjectLayout.DictKeys, "PyDictObject", "ma_keys");
            Check(PythonObjectLayout.DictValues, "PyDictObject", "ma_values");
            Check(o.KeysEntries, "_dictkeysobject", "dk_nentries");
            Check(o.HeapTypeQualifiedName, "PyHeapTypeObject", "ht_qualname");
            Check(o.HeapTypeCachedKeys, "PyHeapTypeObject", "ht_cached_keys");
            Check(o.ModuleName, "PyModuleObject", "md_name");
            Check(o.GeneratorQualifiedName, "PyGenObject", "gi_qualname");
            Equal(structs["PyASCIIObject"].ByteSize, o.AsciiSize, "sizeof PyASCIIObject");
        }

        var l = PythonLocalsLayout.ForVersion(version);
        var isNew = build.IsAtLeast(3, 11);
        var frameType = isNew ? "_PyInterpreterFrame" : "PyFrameObject";
        Check(l.CodeNames, "PyCodeObject", isNew ? "co_localsplusnames" : "co_varnames");
        Check(l.FrameSlots, frameType, isNew ? "localsplus" : "f_localsplus");
        Check(l.FrameMapping, frameType, "f_locals");
        Check(l.FrameGlobals, frameType, "f_globals");
        if (l.CodeKinds is { } kinds)
        {
            Check(kinds, "PyCodeObject", "co_localspluskinds");
        }
        else
        {
            Check(l.CodeLocals, "PyCodeObject", "co_nlocals");
            Check(l.CodeCells, "PyCodeObject", "co_cellvars");
            Check(l.CodeFree, "PyCodeObject", "co_freevars");
        }

        string[] thread = ["PyThreadState", "_ts"], interpreter = ["PyInterpreterState", "_is"], runtime = ["_PyRuntimeState", "pyruntimestate"];
        CheckAny(t.ThreadNext, thread, "next");
        CheckAny(t.ThreadId, thread, "thread_id");
        if (t.ThreadNativeId is { } native)
            CheckAny(native, thread, "native_thread_id");
        if (t.ThreadFrame is { } frame)
            CheckAny(frame, thread, build.IsAtLeast(3, 13) ? "current_frame" : "frame");
        if (t.ThreadCFrame is { } cframe)
        {
            CheckAny(cframe, thread, "cframe");
            CheckAny(t.ThreadRootCFrame, thread, "root_cframe");
            CheckAny(t.CFramePrevious, ["CFrame", "_PyCFrame", "_cframe"], "previous");
        }

        if (t.CFrameCurrent is { } current)
            CheckAny(current, ["CFrame", "_PyCFrame", "_cframe"], "current_frame");
        CheckAny(t.InterpreterNext, interpreter, "next");
        CheckAny(t.InterpreterThreads, interpreter, build.IsAtLeast(3, 11) ? "threads.head" : "tstate_head");
        CheckAny(t.InterpreterModules, interpreter, build.IsAtLeast(3, 12) ? "imports.modules" : "modules");
        if (t.InterpreterId is { } id)
            CheckAny(id, interpreter, "id");
        if (t.InterpreterGil is { } gil)
            CheckAny(gil, interpreter, "ceval.gil");
        if (t.RuntimeInterpreters is { } head)
            CheckAny(head, runtime, "interpreters.head");
        if (t.RuntimeCurrentThread is { } holder)
            CheckAny(holder, runtime, "gilstate.tstate_current");
        if (build.IsAtLeast(3, 12))
        {
            Check(PythonThreadLayout.GilHolder, "_gil_runtime_state", "last_holder");
            Check(PythonThreadLayout.GilLocked, "_gil_runtime_state", "locked");
        }

        Assert.Empty(wrong);
        Assert.True(checkedCount > 30, $"{checkedCount} checked");

        void Check(int offset, string type, string field) => CheckAny(offset, [type], field);

        void CheckAny(int offset, string[] names, string field)
        {
            var found = names.Where(structs.ContainsKey).Select(n => structs[n]).FirstOrDefault(s => s.ByteSize > 0);
            if (found is null || !found.TryGetField(field, out var member))
            {
                // PyObject_HEAD is members of their own in 2.7, and fields are where the table says or not at all.
                if (field is not ("ob_type" or "ob_size"))
                    wrong.Add($"{names[0]}.{field} is not in the debugging information");
                return;
            }

            Equal(member.ByteOffset, offset, $"{names[0]}.{field}");
        }

        void Equal(long actual, long table, string what)
        {
            checkedCount++;
            if (actual != table)
                wrong.Add($"{what}: {table} in the table, {actual} in the debugging information");
        }
    }
}
