using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of instances of classes: <c>instance__new</c> where the memory of one has been made and <c>instance__delete</c> where CPython sets out to delete
/// one. A class is a type whose tp_dealloc is subtype_dealloc (Objects/typeobject.c), as that of every class is that Python code defines.
/// </summary>
internal static class InstanceProbes
{
    /// <summary>Its name.</summary>
    public const string New = "instance__new";

    /// <summary>Its name.</summary>
    public const string Delete = "instance__delete";

    // Py_TPFLAGS_HAVE_GC (Include/object.h).
    private const int HasGcHeaderBit = 14;

    // PyGC_Head stands before the object. Up to 3.7: _PyGC_REFS_UNTRACKED, in 3.x above one other bit (Include/objimpl.h). Since 3.8: _gc_next, 0 when untracked
    // (Include/internal/pycore_gc.h).
    private const int GcReferences = -16;
    private const int GcNext = -16;
    private const ulong Untracked = unchecked((ulong)-2);

    /// <summary>The probes, ready or dormant with the reason.</summary>
    public static IReadOnlyList<Probe> Make(InterpreterCode code)
    {
        if (code.Problem is { } problem)
            return [code.Dormant(New, problem), code.Dormant(Delete, problem)];
        if (InstanceFunctions.FindDeallocate(code.Module.Image, code.Search) is not { } deallocate)
        {
            const string Reason = "the function that deletes instances (subtype_dealloc) was not found";
            return [code.Dormant(New, Reason), code.Dormant(Delete, Reason)];
        }

        var returns = InstanceFunctions.FindAllocators(code.Search)
            .SelectMany(code.Search.FunctionAt).Where(i => i.FlowControl == FlowControl.Return).Select(i => AtReturn(code, i.IP, deallocate)).ToArray();
        return
        [
            returns.Length > 0
                ? code.Make(New, returns, "where PyType_GenericAlloc, or a copy of it that the compiler made, returns an instance of a class")
                : code.Dormant(New, "the function that makes instances (PyType_GenericAlloc) was not found, or is a part of others"),
            code.Make(Delete, [AtDeallocation(code, deallocate)], "at the entry of subtype_dealloc; an instance that its __del__ keeps alive is reported again when it ends"),
        ];
    }

    private static ProbeSite AtReturn(InterpreterCode code, ulong address, ulong deallocate)
    {
        var location = code.LocationOf(address);
        var instance = Build.Register(X64Register.Rax);
        var type = Build.LoadPointer(instance, PythonObjectLayout.Type);
        return new ProbeSite(location, Arguments(instance))
        {
            Guard = Build.Binary(BinaryOperator.LogicalAnd,
                Build.Binary(BinaryOperator.NotEqual, instance, Build.Constant(0)),
                Build.Binary(BinaryOperator.Equal, Build.LoadPointer(type, InstanceFunctions.TypeDeallocate), location.AddressOf(deallocate))),
        };
    }

    private static ProbeSite AtDeallocation(InterpreterCode code, ulong deallocate)
    {
        var instance = Build.Register(X64Register.Rdi);
        return new ProbeSite(code.Search.EntryOf(deallocate), Arguments(instance)) { Guard = IsFirstTime(code.Version, instance) };
    }

    // When deletions nest too deeply, the function puts one off and is called again with the instance; it has untracked it by then (Py_TRASHCAN_BEGIN in
    // subtype_dealloc). Since 3.14 that is decided before the function is called (Objects/object.c, _Py_Dealloc).
    private static Expression? IsFirstTime(PythonVersion version, Expression instance)
    {
        if (version.IsAtLeast(3, 14))
            return null;
        var references = Build.Load(instance, GcReferences, IntegerType.Int64);
        var isTracked = version switch
        {
            { Major: 2 } => Build.Binary(BinaryOperator.NotEqual, references, Build.Constant(Untracked, IntegerType.Int64)),
            { Minor: <= 7 } => Build.Binary(BinaryOperator.NotEqual,
                Build.Binary(BinaryOperator.ShiftRight, references, Build.Constant(1, IntegerType.Int64)), Build.Constant(Untracked, IntegerType.Int64)),
            _ => Build.Binary(BinaryOperator.NotEqual, Build.LoadPointer(instance, GcNext), Build.Constant(0)),
        };
        var flags = Build.LoadPointer(Build.LoadPointer(instance, PythonObjectLayout.Type), PythonObjectLayout.TypeFlags);
        return Build.Binary(BinaryOperator.LogicalOr, Build.EqualTo(Build.Bits(flags, HasGcHeaderBit, 1), 0), isTracked);
    }

    // The tp_name of a class is its bare name, in UTF-8.
    private static ExpressionList Arguments(Expression instance) =>
        new(Build.CString(Build.LoadPointer(Build.LoadPointer(instance, PythonObjectLayout.Type), PythonObjectLayout.TypeName)), instance);
}
