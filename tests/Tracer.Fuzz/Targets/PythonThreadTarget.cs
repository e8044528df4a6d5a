using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>
/// The interpreters, threads and frames of a CPython over memory that lies: lists that lead to themselves, frames that are their own callers. The first byte of an
/// input chooses the version, the second whether memory is endless and whether variables are printed.
/// </summary>
public sealed class PythonThreadTarget : FuzzTarget
{
    private const int Header = 8;

    private readonly PythonThreads[] _readers = [.. PythonSamples.Versions.Select(Open)];

    // Less than usual: what is to be seen is that they hold.
    private static readonly PythonLimits Limits = new() { Reads = 200_000, Bytes = 16 << 20 };

    /// <inheritdoc/>
    public override string Name => "python-threads";

    /// <inheritdoc/>
    public override int Count => 750;

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words => [.. PythonSamples.Words, "xdebugpy"u8.ToArray()];

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => Enumerable.Range(0, PythonSamples.Versions.Count * 4).Select(Seed);

    /// <inheritdoc/>
    /// <remarks>
    /// All that is allocated, kept or not: some hundred bytes for each read that the limits allow, and for each byte read four characters of an escape, in the text that is being built and in that which is made of it.
    /// </remarks>
    public override long AllocationLimit(int length) => (64L * length) + (500L * Limits.Reads) + (20 * Limits.Bytes);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => HostileMemory.Connect(base.Mutate(input, mutator), Header, mutator);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length <= Header)
            return;
        var memory = new HostileMemory(input.AsMemory(Header), (input[1] & 1) != 0);
        var threads = _readers[input[0] % _readers.Length].Read(memory, out var problem, (input[1] & 2) != 0 ? new PythonValueLimits() : null, Limits);
        if (memory.Reads > Limits.Reads)
            throw new InvalidOperationException($"{memory.Reads} reads.");
        outcome.Add(problem?.Split("0x")[0]);
        outcome.Add("threads", threads.Count);
        foreach (var thread in threads.Take(100))
        {
            outcome.Add(thread.Problem?.Split("0x")[0]);
            outcome.Add("frames", thread.Frames.Count);
            outcome.Add($"{thread.Name is null} {thread.HoldsGil}");
            foreach (var frame in thread.Frames.Take(100))
                outcome.Add($"{frame.Line is null} {frame.Locals?.Count > 0}");
        }
    }

    private static byte[] Seed(int number)
    {
        var input = new byte[Header + 2048];
        input[0] = (byte)(number / 4);
        input[1] = (byte)(number & 3);
        var random = new Random(number);
        for (var at = Header; at < input.Length; at += 8)
            BitConverter.TryWriteBytes(input.AsSpan(at), random.Next(5) == 0 ? (ulong)random.Next(0, 300) : HostileMemory.Base + ((ulong)random.Next(32) * 0x40));
        var version = PythonSamples.Versions[input[0] % PythonSamples.Versions.Count];
        if (version.IsAtLeast(3, 13))
        {
            // _Py_DebugOffsets: cookie, version, no free threading; then offsets that stay within the memory.
            "xdebugpy"u8.CopyTo(input.AsSpan(Header));
            BitConverter.TryWriteBytes(input.AsSpan(Header + 8), ((ulong)version.Major << 24) | ((ulong)version.Minor << 16) | 0x01f0);
            BitConverter.TryWriteBytes(input.AsSpan(Header + 16), 0UL);
            for (var at = 24; at < 300; at += 8)
                BitConverter.TryWriteBytes(input.AsSpan(Header + at), (ulong)random.Next(64) * 8);
        }

        return input;
    }

    // A file with the names that lead to the interpreters, at the addresses of the hostile memory.
    private static PythonThreads Open(PythonVersion version)
    {
        // 2.7 and 3.6: lea version(%rip), %rax; ret. mov interpreters(%rip), %rax; ret.
        var text = new byte[0x40];
        byte[] lea = [0x48, 0x8d, 0x05, .. BitConverter.GetBytes(0x8000 - 0x1007), 0xc3];
        byte[] mov = [0x48, 0x8b, 0x05, .. BitConverter.GetBytes((int)HostileMemory.Base - 0x1027), 0xc3];
        lea.CopyTo(text, 0);
        mov.CopyTo(text, 0x20);
        var constant = BitConverter.GetBytes(((uint)version.Major << 24) | ((uint)version.Minor << 16) | ((uint)version.Micro << 8) | 0xf0);
        var builder = new ElfBuilder()
            .AddSection(".text", text, 0x1000, flags: ElfSectionFlags.Execute)
            .AddSection(".rodata", [.. System.Text.Encoding.ASCII.GetBytes(version.Text + "\0"), .. new byte[16], .. constant], 0x8000)
            .AddDynamicSymbol("Py_GetVersion", 0x1000, 8, ElfSymbolType.Function)
            .AddDynamicSymbol("PyInterpreterState_Head", 0x1020, 8, ElfSymbolType.Function)
            .AddDynamicSymbol("_PyRuntime", HostileMemory.Base, 0x1000);
        var reader = PythonThreads.Open(new TargetModule("/a", "/a", 0, builder.BuildImage()), out var problem);
        return reader ?? throw new InvalidOperationException($"{version}: {problem}");
    }
}
