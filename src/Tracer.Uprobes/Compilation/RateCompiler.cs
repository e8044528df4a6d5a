using Tracer.Bpf;
using Tracer.Core.Execution;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Lets at most so many hits through in a second of CLOCK_MONOTONIC (as <see cref="RateLimiter"/> does), all CPUs together. The second and what has passed in it are the
/// halves of one word that programs exchange.
/// </summary>
/// <param name="code">Where to.</param>
/// <param name="state">An array of one such word.</param>
/// <param name="perSecond">How many, 1 or more.</param>
internal sealed class RateCompiler(BpfAssembler code, int state, long perSecond)
{
    // Each that fails means that another hit has passed: who loses so often is one of more at once than there are CPUs, and is refused.
    private const int Tries = 16;

    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Falls through when the hit may pass and jumps to <paramref name="limited"/> when not. R0 is its time; R0 to R5 are lost.</summary>
    public void Pass(BpfLabel limited)
    {
        var most = (int)Math.Min(perSecond, int.MaxValue);
        var passed = code.NewLabel();
        code.Alu(BpfOperation.Divide, R0, NanosecondsPerSecond).Alu(BpfOperation.ShiftLeft, R0, 32).Move(R4, R0).LoadMapValue(R1, state, 0);
        for (var k = 0; k < Tries; k++)
        {
            var (begun, exchange) = (code.NewLabel(), code.NewLabel());
            code.Load(BpfSize.Double, R0, R1, 0).Move(R5, R0)
                .Move(R2, R0).Alu(BpfOperation.ShiftRight, R2, 32).Alu(BpfOperation.ShiftLeft, R2, 32)
                // Times of several CPUs may step back a little: they count for the later second.
                .JumpIf(BpfCondition.GreaterOrEqual, R2, R4, begun)
                .Move(R3, R4).Alu(BpfOperation.Add, R3, 1).Jump(exchange)
                .Bind(begun).Move32(R2, R0).JumpIf(BpfCondition.GreaterOrEqual, R2, most, limited)
                .Move(R3, R0).Alu(BpfOperation.Add, R3, 1)
                .Bind(exchange).Atomic(BpfAtomicOperation.CompareExchange, BpfSize.Double, R1, 0, R3).JumpIf(BpfCondition.Equal, R0, R5, passed);
        }

        code.Jump(limited).Bind(passed);
    }
}
