using Iced.Intel;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tcl;

/// <summary>Where the end of a procedure has its final code and its result: before it gives up the frame by Tcl_PopCallFrame.</summary>
/// <param name="Call">The call.</param>
/// <param name="Code">The register with what will be returned.</param>
/// <param name="InterpreterResult">Interp.objResultPtr, as Tcl_GetObjResult reads it.</param>
/// <param name="HasStringResult">Whether a string at the interpreter's first member comes before that (8.6).</param>
internal sealed record TclResultPlace(ulong Call, X64Register Code, int InterpreterResult, bool HasStringResult)
{
    /// <summary>Finds them; null when the code is not as expected.</summary>
    public static TclResultPlace? Find(TargetModule module, IReadOnlyList<Instruction> end)
    {
        var pop = new CallTargets(module.Image, "Tcl_PopCallFrame"u8);
        int[] calls = [.. Enumerable.Range(0, end.Count).Where(k => end[k].FlowControl is FlowControl.Call && pop.IsCalledBy(end[k]))];
        if (calls.Length != 1 || !NamedFunction.TryFind(module.Image, "Tcl_GetObjResult", out var getter, out _))
            return null;
        // mov %ebp, %eax ... ret
        var moved = end.Skip(calls[0]).TakeWhile(i => i.FlowControl != FlowControl.Return)
            .Where(i => i is { Mnemonic: Mnemonic.Mov, Op0Register: Register.EAX, Op1Kind: OpKind.Register }).Select(i => i.Op1Register.GetFullRegister()).ToArray();
        var read = FunctionBody.Decode(getter).Instructions.TakeWhile(i => i.FlowControl != FlowControl.Return).ToArray();
        var result = read.LastOrDefault(i => i is { Mnemonic: Mnemonic.Mov, Op0Register: Register.RAX, Op1Kind: OpKind.Memory, MemoryIndex: Register.None, MemoryDisplacement64: > 8 and < 0x1000 });
        return moved.Length == 1 && GeneralRegister.Of(moved[0]) is { } code && result.IP != 0
            ? new TclResultPlace(end[calls[0]].IP, code, (int)result.MemoryDisplacement64, read.Any(i => i is { Mnemonic: Mnemonic.Cmp, Op0Kind: OpKind.Memory, MemoryDisplacement64: 0 }))
            : null;
    }
}
