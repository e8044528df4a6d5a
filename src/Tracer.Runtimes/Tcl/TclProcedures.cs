using Iced.Intel;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tcl;

/// <summary>
/// Where procedures begin and end (generic/tclProc.c, TclNRInterpProcCore and InterpProcNR2): the core prepares the variables, leaves a callback for the end, and goes to the bytecode by a jump that
/// is its last instruction. The interpreter is the first argument at all of them.
/// </summary>
/// <param name="Layout">What the core's own code tells of the interpreter.</param>
/// <param name="Begin">The jump to the bytecode: the arguments were right, the frame is made.</param>
/// <param name="End">The callback: <c>int (void *data[], Tcl_Interp *, int result)</c>.</param>
/// <param name="Result">Where the callback has the result, before the frame goes.</param>
internal sealed record TclProcedures(TclLayout Layout, ulong Begin, ulong End, TclResultPlace? Result)
{
    /// <summary>Finds them; null with a reason in one clause.</summary>
    public static TclProcedures? Find(TargetModule module, out string? problem)
    {
        if (!NamedFunction.TryFind(module.Image, TclRuntime.ProcedureCore, out var blocks, out problem))
            return null;
        var body = FunctionBody.Decode(blocks);
        if (LayoutOf(body) is not { IsKnown: true } layout)
        {
            problem = $"the frame of a procedure is not where {TclRuntime.ProcedureCore} of 8.6 and 9.0 has it";
            return null;
        }

        var jumps = body.Instructions.Where(i => i is { FlowControl: FlowControl.UnconditionalBranch, Op0Kind: OpKind.NearBranch64 } && !body.Contains(i.NearBranchTarget)).ToArray();
        var search = new CodeSearch(module);
        var callbacks = body.Instructions.Where(i => i is { Mnemonic: Mnemonic.Lea, IsIPRelativeMemoryOperand: true }).Select(i => i.IPRelativeMemoryAddress)
            .Where(a => !body.Contains(a) && search.FunctionAt(a).Count > 0).Distinct().ToArray();
        if (jumps.Length != 1 || callbacks.Length != 1)
        {
            problem = $"{TclRuntime.ProcedureCore} does not go to the bytecode by one jump, or has not one callback";
            return null;
        }

        return new TclProcedures(layout, jumps[0].IP, callbacks[0], TclResultPlace.Find(module, search.FunctionAt(callbacks[0])));
    }

    // Its first lines: Proc *procPtr = iPtr->varFramePtr->procPtr.
    private static TclLayout? LayoutOf(FunctionBody body)
    {
        var loads = body.Instructions.Where(i => i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Memory, MemoryIndex: Register.None }).Take(2).ToArray();
        return loads.Length == 2 && loads[0].MemoryBase is Register.RDI && loads[1].MemoryBase == loads[0].Op0Register
            && loads[0].MemoryDisplacement64 is < 0x1000 and var frame && loads[1].MemoryDisplacement64 is < 0x100 and var procedure
            ? new TclLayout((int)frame, (int)procedure)
            : null;
    }
}
