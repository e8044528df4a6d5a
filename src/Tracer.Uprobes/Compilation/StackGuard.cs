using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Keeps threads apart that run the same program on the same processor. From Linux 6.13 on the stack of a program is memory of the processor (<see cref="BpfFeature.PrivateStack"/>), also of one that
/// may wait for a page or be preempted: another thread that runs it meanwhile would write over what the first one has there. So a program is several, equal ones with a stack each, and a thread
/// runs one that nobody is in. When there is none it lets others run until there is, for a quarter of a second at most; then its hit is lost and counted.
/// </summary>
internal static class StackGuard
{
    /// <summary>How many equal programs there are: so many threads can be in them on a processor.</summary>
    public const int Copies = 2;

    /// <summary>Bytes of a processor's value in the map of guards: a u64 for each copy, 0 while nobody is in it.</summary>
    public const int ValueSize = Copies * sizeof(ulong);

    // BPF_PRIV_STACK_MIN_SIZE (kernel/bpf/verifier.c); depths are rounded up to 16 (round_up_stack_depth).
    private const int SmallestPrivateStack = 64;
    private const int Rounding = 16;

    /// <summary>Whether a program with so much stack has it in memory of the processor.</summary>
    public static bool IsNeeded(int depth) => (depth + Rounding - 1) / Rounding * Rounding >= SmallestPrivateStack;

    /// <summary>The program with its guard.</summary>
    /// <param name="program">The program: it gets its context in R1 and ends with its result in R0.</param>
    /// <param name="guards">Array of <see cref="ValueSize"/> bytes for each processor, for this program alone.</param>
    /// <param name="losses">The plan's counters.</param>
    /// <param name="lost">Which of them counts a hit that found no copy.</param>
    /// <param name="result">What is given back then.</param>
    public static BpfInstruction[] Wrap(BpfInstruction[] program, int guards, int losses, int lost, int result)
    {
        var (code, frame) = (new BpfAssembler(), new StackFrame());
        var key = frame.Reserve(sizeof(ulong));
        var none = code.NewLabel();
        // A program that may wait stays on its processor nonetheless (migrate_disable in uprobe_prog_run, kernel/trace/bpf_trace.c).
        code.Move(R6, R1).Call(BpfHelper.GetProcessorId).Store(BpfSize.Word, R10, key, R0)
            .LoadMap(R1, guards).Move(R2, R10).Alu(BpfOperation.Add, R2, key).Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none).Move(R7, R0);
        var again = code.NewLabel();
        code.Bind(again);
        var copies = new BpfLabel[Copies];
        for (short k = 0; k < Copies; k++)
        {
            var (place, next) = ((short)(k * sizeof(ulong)), code.NewLabel());
            copies[k] = code.NewLabel();
            code.Move(R1, 1).Atomic(BpfAtomicOperation.Exchange, BpfSize.Double, R7, place, R1).JumpIf(BpfCondition.NotEqual, R1, 0, next)
                .Move(R1, R6).CallSubprogram(copies[k]).Store(BpfSize.Double, R7, place, 0).Exit().Bind(next);
        }

        // The budget of a loop of may_goto is a quarter of a second (6.15; before, eight million passes).
        code.MayGoto(none);
        Yielding.Compile(code, R6, key);
        code.Jump(again).Bind(none).Move(R1, lost);
        LossCounter.Increment(code, losses, frame);
        code.Move(R0, result).Exit();
        foreach (var copy in copies)
        {
            code.Bind(copy);
            foreach (var instruction in program)
                code.Append(instruction);
        }

        return code.Assemble();
    }
}
