using System.Buffers.Binary;
using System.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Elf;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>Stacks made by hand, and stacks of nonsense.</summary>
public sealed class StackUnwinderTests
{
    private const ulong Stack = 0x7ffe_0000_0000;
    private const string Library = "/lib/x86_64-linux-gnu/libc.so.6";

    [Fact]
    public void Generated_code_is_followed_by_its_frame_pointers()
    {
        var memory = new StackMemory(Stack, 256);
        memory.Write(Stack + 0x10, Stack + 0x40, 0x5000_1000); // rbp, return address
        memory.Write(Stack + 0x40, Stack + 0x80, 0x5000_2000);
        memory.Write(Stack + 0x80, 0, 0);
        var (frames, end) = Unwind(new ModuleMap([]), memory, pc: 0x5000_0000, sp: Stack, fp: Stack + 0x10);
        Assert.Equal(StackEnd.Outermost, end);
        Assert.Equal([0x5000_0000, 0x5000_1000, 0x5000_2000], frames.Select(f => f.Address));
        Assert.Equal([NativeFrameKind.Top, NativeFrameKind.Call, NativeFrameKind.Call], frames.Select(f => f.Kind));
        Assert.Equal(0x5000_0fffUL, frames[1].LookupAddress);
    }

    [Theory]
    [InlineData(0x10UL, 0x10UL)]           // points to itself
    [InlineData(0x10UL, 0x08UL)]           // backwards
    [InlineData(0x13UL, 0x40UL)]           // not aligned
    [InlineData(0x1000UL, 0x2000UL)]       // outside the stack
    public void A_broken_chain_of_frame_pointers_ends_the_stack(ulong at, ulong next)
    {
        var memory = new StackMemory(Stack, 256);
        if (at < 200)
            memory.Write(Stack + (at & ~7UL), Stack + next, 0x5000_1000);
        var (frames, end) = Unwind(new ModuleMap([]), memory, pc: 0x5000_0000, sp: Stack, fp: Stack + at);
        Assert.NotEqual(StackEnd.Outermost, end);
        Assert.InRange(frames.Length, 1, 3);
    }

    [Fact]
    public void A_call_through_a_null_pointer_has_its_caller()
    {
        var (map, module) = LibC();
        var code = module.LoadBias + Function(module, "qsort") + 4;
        var memory = new StackMemory(Stack, 64);
        memory.Write(Stack, code, 0);
        var (frames, _) = Unwind(map, memory, pc: 0, sp: Stack, fp: 0);
        Assert.Equal([0UL, code], frames.Take(2).Select(f => f.Address));
    }

    [Theory]
    [InlineData("48c7c00f0000000f05")]
    [InlineData("b80f0000000f05")]
    public void A_trampoline_without_information_is_recognised_by_its_code(string code)
    {
        // The handler has returned to the trampoline; the registers of struct ucontext are 40 bytes behind the stack pointer.
        const ulong Trampoline = 0x5000_0000;
        var memory = new StackMemory(Stack, 512) { Code = (Trampoline, Convert.FromHexString(code)) };
        memory.Write(Stack + 0x10, 0, Trampoline);
        ulong context = Stack + 0x20;
        memory.Write(context + 40 + (10 * 8), 0);                        // rbp
        memory.Write(context + 40 + (15 * 8), Stack + 0x180, 0x6000_0000); // rsp, rip
        var (frames, end) = Unwind(new ModuleMap([]), memory, pc: 0x4000_0000, sp: Stack, fp: Stack + 0x10);
        Assert.Equal([NativeFrameKind.Top, NativeFrameKind.SignalTrampoline, NativeFrameKind.Interrupted], frames.Select(f => f.Kind));
        Assert.Equal([0x4000_0000, Trampoline, 0x6000_0000], frames.Select(f => f.Address));
        Assert.Equal(StackEnd.NoUnwindInformation, end);
    }

    [Fact]
    public void Stacks_of_nonsense_end()
    {
        var (map, module) = LibC();
        Assert.True(module.Image.TryFindSection(".text", out var text));
        var unwinder = new StackUnwinder(map);
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        var memory = new StackMemory(Stack, 8192);
        var random = new Random(5);
        var ends = new HashSet<StackEnd>();
        ulong Code() => module.LoadBias + text.Address + (ulong)random.NextInt64((long)text.Size);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10_000; i++)
        {
            for (ulong at = 0; at < 8192; at += 8)
                memory.Write(Stack + at, random.Next(3) switch { 0 => Code(), 1 => Stack + (ulong)random.Next(8192), _ => (ulong)random.NextInt64() });
            var registers = default(RegisterSet);
            for (var register = X64Register.Rax; register <= X64Register.R15; register++)
                registers[register] = random.Next(2) == 0 ? Stack + (ulong)random.Next(4096) : (ulong)random.NextInt64();
            registers[X64Register.Rsp] = Stack + (ulong)random.Next(1024);
            registers[X64Register.Rip] = Code();
            ends.Add(unwinder.Unwind(registers, memory, frames, out var count));
            Assert.InRange(count, 1, frames.Length);
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
        Assert.InRange(ends.Count, 3, 6);
    }

    [Fact]
    public void Without_room_there_are_no_frames()
    {
        var unwinder = new StackUnwinder(new ModuleMap([]));
        Assert.Equal(StackEnd.DepthReached, unwinder.Unwind(default, new StackMemory(Stack, 8), [], out var count));
        Assert.Equal(0, count);
    }

    private static (NativeFrame[] Frames, StackEnd End) Unwind(ModuleMap map, ITargetMemory memory, ulong pc, ulong sp, ulong fp)
    {
        var registers = default(RegisterSet);
        registers[X64Register.Rip] = pc;
        registers[X64Register.Rsp] = sp;
        registers[X64Register.Rbp] = fp;
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        var end = new StackUnwinder(map).Unwind(registers, memory, frames, out var count);
        return (frames[..count], end);
    }

    private static (ModuleMap Map, TargetModule Module) LibC()
    {
        Assert.SkipUnless(File.Exists(Library), "There is no " + Library);
        Assert.True(ElfImage.TryParse(File.ReadAllBytes(Library), out var image, out _));
        var module = new TargetModule(Library, Library, 0x7f00_0000_0000, image);
        return (new ModuleMap([module]), module);
    }

    private static ulong Function(TargetModule module, string name)
    {
        Assert.True(module.Image.DynamicSymbols!.TryFind(name, out var symbol));
        return symbol.Value;
    }

    private sealed class StackMemory(ulong start, int size) : ITargetMemory
    {
        private readonly byte[] _bytes = new byte[size];

        public (ulong Address, byte[] Bytes) Code { get; init; } = (0, []);

        public void Write(ulong address, params ReadOnlySpan<ulong> words)
        {
            foreach (var word in words)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)(address - start)), word);
                address += 8;
            }
        }

        public int Read(ulong address, Span<byte> destination)
        {
            var (from, bytes) = address - start < (ulong)_bytes.Length ? (start, _bytes) : Code;
            var offset = unchecked(address - from);
            if (offset >= (ulong)bytes.Length)
                return 0;
            var part = bytes.AsSpan((int)offset);
            part = part[..Math.Min(part.Length, destination.Length)];
            part.CopyTo(destination);
            return part.Length;
        }
    }
}
