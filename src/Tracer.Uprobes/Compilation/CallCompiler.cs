using Tracer.Bpf;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// The parts of a program that only calls have which the kernel follows (uprobe sessions): whether it runs at the return, whether the kernel will follow this call,
/// and the eight bytes that it carries from the entry to the return, so that a frame of one value needs no map.
/// </summary>
internal sealed class CallCompiler(
    BpfAssembler code, StackFrame frame, SessionInterface kernel, IProgramMaps maps, TracePlan plan, PlannedCall call)
{
    /// <summary>Whether the kernel carries the frames of this store.</summary>
    public bool IsCarried(FrameStore store) => call.Entries.Count == 1 && store.ValueCount == 1 && call.Entries[0].Save!.Store == store;

    /// <summary>Jumps when the program runs at a return.</summary>
    public void BranchAtReturn(BpfLabel target) =>
        Call(kernel.IsReturn).Alu(BpfOperation.And, R0, 0xff).JumpIf(BpfCondition.NotEqual, R0, 0, target);

    /// <summary>Counts the call as one whose return is lost, and jumps, when the kernel would not follow it: it decides by the same number right after the program.</summary>
    public void CheckDepth(BpfLabel lost)
    {
        var followed = code.NewLabel();
        code.Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, kernel.Thread).Load(BpfSize.Word, R0, R0, kernel.Depth)
            .JumpIf(BpfCondition.Less, R0, SessionInterface.MostNested, followed)
            .Move(R1, plan.Counters.LostReturns);
        LossCounter.Increment(code, maps.Losses, frame);
        code.Jump(lost).Bind(followed);
    }

    /// <summary>Hands R10[<paramref name="value"/>] to the return.</summary>
    public void Hand(short value) => Call(kernel.Cookie).Load(BpfSize.Double, R1, R10, value).Store(BpfSize.Double, R0, 0, R1);

    /// <summary>Takes what the entry handed over to R10[<paramref name="value"/>].</summary>
    public void Take(short value) => Call(kernel.Cookie).Load(BpfSize.Double, R1, R0, 0).Store(BpfSize.Double, R10, value, R1);

    // These functions take nothing in kernel 6.18; later ones want the context, which does no harm to those that do not.
    private BpfAssembler Call(int function) => code.Move(R1, R6).CallKernelFunction(function);
}
