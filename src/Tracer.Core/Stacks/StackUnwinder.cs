using Tracer.Core.Evaluation;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Core.Stacks;

/// <summary>
/// Walks native stacks of one target: by call frame information, where there is none by frame pointers, through signal handlers. A walk
/// allocates nothing once a module's table has been opened. Damaged stacks end early; they neither throw nor loop. Not thread-safe.
/// </summary>
/// <param name="modules">Where the target's code is.</param>
public sealed class StackUnwinder(ModuleMap modules)
{
    /// <summary>How many frames are usually asked for, as many as the kernel's own stacks have (kernel.perf_event_max_stack).</summary>
    public const int DefaultDepth = 127;

    // The lowest address that anything is mapped at (vm.mmap_min_addr is 64 KiB by default, never below a page in practice).
    private const ulong FirstPage = 4096;

    private readonly RowCache _rows = new();
    private readonly MemoryWindow _window = new();

    /// <summary>Where the target's code is. Set another when the target has loaded a library; what is known of old modules is kept.</summary>
    public ModuleMap Modules { get; set; } = modules;

    /// <summary>Walks a stack.</summary>
    /// <param name="registers">The registers of the innermost frame.</param>
    /// <param name="memory">The stack: live memory of a stopped thread, or a <see cref="StackSlice"/>.</param>
    /// <param name="frames">Where the frames go, innermost first; its length bounds the walk.</param>
    /// <param name="count">How many frames there are: at least 1, unless there is no room for any.</param>
    /// <param name="stackPointers">Where the stack pointers of the frames go: as long as <paramref name="frames"/>, or empty when nobody wants them.</param>
    /// <returns>Why there are no more.</returns>
    public StackEnd Unwind(in RegisterSet registers, ITargetMemory memory, Span<NativeFrame> frames, out int count, Span<ulong> stackPointers = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _window.Reset(memory);
        try
        {
            return Walk(new FrameRegisters(registers), memory, frames, stackPointers, out count);
        }
        finally
        {
            _window.Reset(null);
        }
    }

    private StackEnd Walk(FrameRegisters frame, ITargetMemory memory, Span<NativeFrame> frames, Span<ulong> stackPointers, out int count)
    {
        var kind = NativeFrameKind.Top;
        for (count = 0; count < frames.Length;)
        {
            frames[count] = new(frame.Pc, kind);
            if (!stackPointers.IsEmpty)
                stackPointers[count] = frame.Sp;
            var end = Step(frame, memory, ref frames[count], out var caller, out var isSignal);
            count++;
            if (end is { } reason)
                return reason;
            if (caller.Pc == 0)
                return StackEnd.Outermost;
            // A handler may have a stack of its own (sigaltstack), above or below the interrupted one.
            if (!isSignal && caller.Sp <= frame.Sp)
                return StackEnd.NotProgressing;
            kind = isSignal ? NativeFrameKind.Interrupted : NativeFrameKind.Call;
            frame = caller;
        }

        return StackEnd.DepthReached;
    }

    private StackEnd? Step(in FrameRegisters frame, ITargetMemory memory, ref NativeFrame output, out FrameRegisters caller, out bool isSignal)
    {
        isSignal = false;
        caller = frame;
        var address = output.LookupAddress;
        var module = Modules.Find(address);
        if (module is not null)
        {
            ref readonly var row = ref _rows.Find(module.Image, AddressMap.ToLinkTime(address, module.LoadBias), out var exists);
            if (exists)
            {
                isSignal = row.IsSignalFrame;
                if (isSignal)
                    output = output with { Kind = NativeFrameKind.SignalTrampoline };
                return RowApplication.TryApply(row, frame, _window, out caller);
            }
        }

        if (output.Kind == NativeFrameKind.Call && SignalTrampoline.IsAt(frame.Pc, memory))
        {
            isSignal = true;
            output = output with { Kind = NativeFrameKind.SignalTrampoline };
            return SignalTrampoline.TryUndo(frame, memory, out caller) ? null : StackEnd.MemoryUnreadable;
        }

        // A call through a null pointer has pushed its return address and nothing else.
        if (output.Kind != NativeFrameKind.Call && frame.Pc < FirstPage)
            return StepOverCall(frame, ref caller);
        return StepByFramePointer(frame, module is null, ref caller);
    }

    private StackEnd? StepOverCall(in FrameRegisters frame, ref FrameRegisters caller)
    {
        if (!_window.TryRead(frame.Sp, sizeof(ulong), out var pc))
            return StackEnd.MemoryUnreadable;
        caller.Pc = pc;
        caller.Sp = unchecked(frame.Sp + sizeof(ulong));
        return Modules.Find(pc) is null ? StackEnd.NoUnwindInformation : null;
    }

    // push %rbp; mov %rsp, %rbp: what compilers of generated code keep to, where they keep to anything (psABI, 3.2.2).
    private StackEnd? StepByFramePointer(in FrameRegisters frame, bool isGenerated, ref FrameRegisters caller)
    {
        var pointer = frame.FramePointer;
        if (pointer < frame.Sp || (pointer & 7) != 0)
            return StackEnd.NoUnwindInformation;
        if (!_window.TryRead(pointer, sizeof(ulong), out var next) || !_window.TryRead(unchecked(pointer + 8), sizeof(ulong), out var pc))
            return StackEnd.NoUnwindInformation;
        caller.FramePointer = next;
        caller.Sp = unchecked(pointer + 16);
        caller.Pc = pc;
        // Without information rbp may be anything: generated code may be called by generated code, code of a file returns to code of a file.
        return pc == 0 || (isGenerated && pc >= FirstPage) || Modules.Find(unchecked(pc - 1)) is not null ? null : StackEnd.NoUnwindInformation;
    }
}
