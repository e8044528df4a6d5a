using Tracer.Core.Stacks;
using Tracer.Core.Targets;

namespace Tracer.Fuzz.Targets;

/// <summary>Stacks as a record has them, walked by call frame information that lies.</summary>
public sealed class UnwindTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "unwind";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (32L * length) + (1 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator)
    {
        var sections = SectionBundle.Read(SectionBundle.Mutate(input, mutator, Words, MaximumLength));
        if (sections.TryGetValue("stack", out var stack) && stack.Length > StackCapture.HeaderSize)
        {
            // Return addresses into the code, and stack pointers into the stack.
            for (var k = mutator.Random.Next(8); k > 0; k--)
            {
                var value = mutator.Random.Next(2) == 0 ? 0x1000UL + (ulong)mutator.Random.Next(0x200) : HostileMemory.Base + ((ulong)mutator.Random.Next(stack.Length / 8) * 8);
                BitConverter.TryWriteBytes(stack.AsSpan(mutator.Random.Next(stack.Length / 8) * 8), value);
            }
        }

        return SectionBundle.Write(sections);
    }

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var module = new TargetModule("/a", "/a", 0, FrameTarget.Image(input));
        var stack = SectionBundle.Read(input).GetValueOrDefault("stack", []);
        foreach (var isEndless in (bool[])[false, true])
        {
            var walker = new StackWalker(new ModuleMap([module]), new HostileMemory(stack, isEndless));
            outcome.Add("frames", walker.Walk(stack, out var end).Length);
            outcome.Add($"{end}");
            if (!StackCapture.TryReadRegisters(stack, out var registers))
                continue;
            var frames = new NativeFrame[StackUnwinder.DefaultDepth];
            var unwinder = new StackUnwinder(new ModuleMap([module]));
            outcome.Add($"live {unwinder.Unwind(in registers, new HostileMemory(stack, isEndless), frames, out var count)}");
            outcome.Add("live frames", count);
        }
    }
}
