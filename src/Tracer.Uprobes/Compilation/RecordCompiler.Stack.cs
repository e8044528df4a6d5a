using Tracer.Bpf;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Elf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>Stacks: R8 is the stack pointer, R9 the bytes of earlier values in the record.</content>
internal sealed partial class RecordCompiler
{
    /// <summary>Copies registers and stack as <see cref="StackCapture"/> has them, chunk by chunk until one cannot be read: there the stack ends.</summary>
    private void Stack(StackExpression stack, MemoryPlace slot, int fixedSize, int before)
    {
        var mark = frame.Mark;
        var length = frame.Reserve(8);
        var never = code.NewLabel();
        var end = code.NewLabel();
        Destination(fixedSize, before, never);
        for (var k = 0; k <= StackCapture.RegisterCount; k++)
        {
            var register = k == StackCapture.RegisterCount ? X64Register.Rip : (X64Register)k;
            code.Load(BpfSize.Double, R0, R6, ContextLayout.OffsetOf(register)!.Value).Store(BpfSize.Double, R1, (short)(k * sizeof(ulong)), R0);
        }

        code.Load(BpfSize.Double, R8, R6, ContextLayout.OffsetOf(X64Register.Rsp)!.Value).Store(BpfSize.Double, R10, length, StackCapture.HeaderSize);
        for (var offset = 0; offset < stack.Bytes; offset += StackExpression.Chunk)
        {
            Destination(fixedSize, before, never);
            code.Alu(BpfOperation.Add, R1, StackCapture.HeaderSize + offset).Move(R2, StackExpression.Chunk)
                .Move(R3, R8).Alu(BpfOperation.Add, R3, offset).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, end)
                .Store(BpfSize.Double, R10, length, StackCapture.HeaderSize + offset + StackExpression.Chunk);
        }

        code.Bind(end).Load(BpfSize.Double, R0, R10, length).Load(BpfSize.Double, R9, R7, ScratchLayout.CursorOffset)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R8)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R0)
            .Alu(BpfOperation.Add, R9, R0).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9)
            .Bind(never);
        frame.ReleaseTo(mark);
    }
}
