using Tracer.Bpf;
using Tracer.Core.Probes;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Compiles what is done where an object ends that owns texts: their numbers are forgotten, and the reader is told that they are not used any more.</summary>
internal static class OwnerEndCompiler
{
    /// <summary>The program.</summary>
    /// <param name="life">Where such objects end.</param>
    /// <param name="numbers">The maps of their texts' numbers.</param>
    /// <param name="graph">The numbers of expressions.</param>
    /// <param name="kernel">The kernel's types.</param>
    /// <param name="maps">The plan's maps.</param>
    /// <param name="stepping">How the kernel carries out the instruction.</param>
    public static BpfInstruction[] Compile(ObjectLife life, IEnumerable<int> numbers, ExpressionGraph graph, KernelInterface kernel, IProgramMaps maps, SteppingKind stepping)
    {
        var (code, frame) = (new BpfAssembler(), new StackFrame());
        var expressions = new ExpressionCompiler(code, frame, graph, kernel, maps, textLimit: 0);
        var (key, number) = (frame.Reserve(OwnerKey.Size), frame.Reserve(InternedTexts.EndSize));
        var end = code.NewLabel();
        code.Move(R6, R1);
        var meter = maps.Meter is { } memory ? new MeterCompiler(code, frame, memory, stepping) : null;
        meter?.Begin();
        maps.Image?.Pass(code, frame, end);
        expressions.Evaluate(life.Ended, end);
        OwnerKey.Write(code, key, kernel, isShared: maps.Image is not null);
        foreach (var map in numbers)
        {
            var next = code.NewLabel();
            code.LoadMap(R1, map).Move(R2, R10).Alu(BpfOperation.Add, R2, key).Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, next)
                .Load(BpfSize.Double, R0, R0, 0).Store(BpfSize.Double, R10, number, R0)
                .LoadMap(R1, map).Move(R2, R10).Alu(BpfOperation.Add, R2, key).Call(BpfHelper.MapDelete)
                // When the ring has no room the reader keeps texts that it does not need.
                .LoadMap(R1, maps.Ring).Move(R2, R10).Alu(BpfOperation.Add, R2, number).Move(R3, InternedTexts.EndSize).Move(R4, (int)RingBufferFlags.NoWakeup).Call(BpfHelper.RingBufferOutput)
                .Bind(next);
        }

        code.Bind(end);
        meter?.End();
        // It must not be missed, and may wait: so it has to do with the stack that is the thread's own.
        if (StackGuard.IsNeeded(frame.Deepest))
            throw new CompilationException($"the end of {life.Name} needs {frame.Deepest} bytes of stack");
        return code.Move(R0, 0).Exit().AssembleReachable();
    }
}
