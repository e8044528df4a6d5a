using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of imports for 2.7, whose <c>import_submodule</c> (Python/import.c) finds and loads what is not in <c>sys.modules</c>: it begins with the call of
/// <c>find_module</c> and ends when that finds nothing or <c>load_module</c> returns. None of the three is exported; others that call them are.
/// </summary>
internal static class OldImportProbes
{
    /// <summary>Both probes, or null with a reason in one clause.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, out string? problem)
    {
        var calls = new DirectCalls(module.Image);
        problem = "import_submodule was not found";
        // Both wrap find_module, and the second calls load_module next.
        if (DirectCalls.TargetsOf(calls.CodeOf("_PyImport_FindModule")).ToArray() is not [var find])
            return null;
        var load = DirectCalls.TargetsOf(calls.CodeOf("PyImport_ReloadModule").SkipWhile(i => !IsCallOf(i, find)).Skip(1)).FirstOrDefault(t => calls.CodeAt(t).Count > 0 && t != find);
        var found = DirectCalls.TargetsOf(calls.CodeOf("PyImport_ImportModuleLevel")).Select(calls.CodeAt)
            .Where(code => load != 0 && code.Any(i => IsCallOf(i, find)) && code.Any(i => IsCallOf(i, load))).ToArray();
        if (found is not [var submodule])
            return null;
        problem = null;
        // struct filedescr *find_module(char *fullname, ...); PyObject *load_module(char *name, ...): both get the whole name.
        var finds = submodule.Where(i => IsCallOf(i, find)).ToArray();
        var loads = submodule.Where(i => IsCallOf(i, load)).ToArray();
        return [Starts(module, finds), Ends(module, finds, loads)];
    }

    private static bool IsCallOf(Instruction instruction, ulong function) => DirectCalls.IsDirect(instruction) && instruction.NearBranchTarget == function;

    private static Probe Starts(TargetModule module, IReadOnlyList<Instruction> finds) => new("python", ImportProbes.Start, module, ProbeSource.Synthesised,
        PythonProbeParameters.Of(ImportProbes.Start),
        [.. finds.Select(c => new ProbeSite(module.LocationOf(c.IP), new ExpressionList(Build.CString(Build.Register(X64Register.Rdi)))))])
    {
        Note = "where a module that is not in sys.modules is sought",
    };

    private static Probe Ends(TargetModule module, IReadOnlyList<Instruction> finds, IReadOnlyList<Instruction> loads)
    {
        var stack = Build.Register(X64Register.Rsp);
        var result = Build.Register(X64Register.Rax);
        FrameStore sought = new("python modules sought", 1), loading = new("python modules loading", 1);
        var isLoaded = Build.Convert(Build.Binary(BinaryOperator.NotEqual, result, Build.Constant(0)), IntegerType.Int32);
        return new Probe("python", ImportProbes.Done, module, ProbeSource.Synthesised, PythonProbeParameters.Of(ImportProbes.Done),
        [
            .. finds.Select(c => End(c, sought, Build.Constant(0, IntegerType.Int32)) with { Guard = Build.EqualTo(result, 0) }),
            .. loads.Select(c => End(c, loading, isLoaded)),
        ])
        {
            Companions = [.. finds.Select(c => Save(c, sought)), .. loads.Select(c => Save(c, loading))],
            Note = "where a module is not found, or is loaded or fails; imports begun before tracing are not reported",
        };

        ProbeSite End(Instruction call, FrameStore store, Expression isFound) =>
            new(module.LocationOf(call.NextIP), new ExpressionList(Build.CString(new SavedExpression(0)), isFound)) { Restore = new FrameRestore(store, stack) };

        CompanionSite Save(Instruction call, FrameStore store) =>
            new(module.LocationOf(call.IP), new FrameSave(store, stack, new ExpressionList(Build.Register(X64Register.Rdi))));
    }
}
