using System.Diagnostics;
using Tracer.Bpf;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;
using StackFrame = Tracer.Uprobes.Compilation.StackFrame;

namespace Tracer.Uprobes;

/// <summary>
/// What the kernel's part of a hit costs on this machine, in nanoseconds: the trap, the way to the program and back, and the instruction. Measured on code of our own
/// with a program that does nothing but count.
/// </summary>
/// <param name="Emulated">At an instruction that the kernel emulates.</param>
/// <param name="LongNop">At a nop of several bytes.</param>
/// <param name="Stepped">At one that it single-steps.</param>
internal readonly record struct HitPrice(double Emulated, double LongNop, double Stepped)
{
    // "nop; ret", "nopl 0(%rax,%rax); ret" and "mov %eax,%eax; ret", Distance bytes apart, in the order of SteppingKind.
    private static ReadOnlySpan<byte> Code =>
        [0x90, 0xc3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0f, 0x1f, 0x44, 0, 0, 0xc3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x89, 0xc0, 0xc3];

    private const int Distance = 16;
    private static readonly ulong[] Offsets = [0, Distance, 2 * Distance];

    // The middle of so many rounds: one that was interrupted does not count.
    private const int Rounds = 9;
    private const int CallsPerRound = 100;

    /// <summary>What hits have cost, the time of their programs included.</summary>
    public long Of(HitMeter meter) =>
        (long)((meter.Hits(SteppingKind.Emulated) * Emulated) + (meter.Hits(SteppingKind.LongNop) * LongNop) + (meter.Hits(SteppingKind.Stepped) * Stepped))
        + meter.ProgramNanoseconds;

    /// <summary>Measures.</summary>
    /// <exception cref="TracerException">ST0411: this machine does not let us.</exception>
    public static HitPrice Measure(ISystemCallGate gate, Func<ReadOnlyMemory<BpfInstruction>, BpfProgramDefinition> define)
    {
        if (!ExecutableCode.Create(gate, Code).TryGet(out var code, out var error))
            throw EbpfFailures.NoPrice($"{error}.");
        using (code)
        {
            try
            {
                using var meter = new HitMeter(gate);
                using var program = BpfProgram.Load(gate, define(Counting(meter)));
                var unprobed = Array.ConvertAll(Offsets, o => PriceOf(code, (int)o, meter));
                using var link = UprobeMultiLink.Attach(gate, program, new UprobeMultiOptions(code.Path, Offsets) { ProcessId = Environment.ProcessId });
                var probed = Array.ConvertAll(Offsets, o => PriceOf(code, (int)o, meter));
                return new HitPrice(probed[0] - unprobed[0], probed[1] - unprobed[1], probed[2] - unprobed[2]);
            }
            catch (BpfException e)
            {
                throw EbpfFailures.NoPrice(e.Message);
            }
        }
    }

    private static BpfInstruction[] Counting(HitMeter meter)
    {
        var (code, frame) = (new BpfAssembler(), new StackFrame());
        // The gate is closed: it counts and ends.
        var compiler = new MeterCompiler(code, frame, meter.Descriptor, SteppingKind.Emulated);
        compiler.Begin();
        compiler.PassGate();
        compiler.End();
        return code.Move(BpfRegister.R0, 0).Exit().Assemble();
    }

    /// <summary>A call's time without what the program measured of itself.</summary>
    private static double PriceOf(ExecutableCode code, int offset, HitMeter meter)
    {
        code.Call(offset, CallsPerRound);
        Span<double> prices = stackalloc double[Rounds];
        foreach (ref var price in prices)
        {
            var (begun, programs) = (Stopwatch.GetTimestamp(), meter.ProgramNanoseconds);
            code.Call(offset, CallsPerRound);
            price = (Stopwatch.GetTimestamp() - begun - (meter.ProgramNanoseconds - programs)) / (double)CallsPerRound;
        }

        prices.Sort();
        return Math.Max(prices[Rounds / 2], 0);
    }
}
