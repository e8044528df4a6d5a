using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// What is borrowed from a target, as it is written down in the target itself for whoever comes after us. A target may forge it: nothing in it leads to more than bytes that
/// are int3 and words above zero being written in that same process.
/// </summary>
internal sealed record Testament
{
    /// <summary>A number of its own, by which copies in forked children are known.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The tracer, as it saw itself.</summary>
    public required int TracerId { get; init; }

    /// <summary>When the tracer started, in clock ticks since boot.</summary>
    public required ulong TracerStart { get; init; }

    /// <summary>The target, as the tracer saw it.</summary>
    public required int TargetId { get; init; }

    /// <summary>Where this is in the target.</summary>
    public required ulong Address { get; init; }

    /// <summary>The mapping that it is in, the writable pages before it included.</summary>
    public required (ulong Address, ulong Length) Whole { get; init; }

    /// <summary>What the program does about SIGTRAP by itself.</summary>
    public SignalAction Action { get; init; }

    /// <summary>Whether the handler makes no system calls but its return.</summary>
    public bool IsSilent { get; init; }

    public TestamentPhase Phase { get; init; }

    /// <summary>Instructions: their address and first byte.</summary>
    public required IReadOnlyList<(ulong Address, byte Original)> Sites { get; init; }

    /// <summary>Semaphores: their address, and their value before the change that <see cref="Phase"/> tells of.</summary>
    public required IReadOnlyList<(ulong Address, ushort Before)> Semaphores { get; init; }

    /// <summary>Pages of displaced instructions.</summary>
    public IReadOnlyList<(ulong Address, ulong Length)> SlotAreas { get; init; } = [];

    public ulong HandlerAddress => Address + TestamentLayout.Code;

    public ulong RestorerAddress => HandlerAddress + TrapHandler.RestorerOffset;

    public ulong SemaphoreTable => Address + TestamentLayout.Tables + ((ulong)Sites.Count * TestamentLayout.EntrySize);

    /// <summary>How many bytes it takes with as many entries.</summary>
    public static int LengthOf(int entries) => TestamentLayout.Tables + (entries * TestamentLayout.EntrySize);

    public byte[] ToBytes()
    {
        var bytes = new byte[LengthOf(Sites.Count + Semaphores.Count + SlotAreas.Count)];
        var span = bytes.AsSpan();
        TestamentLayout.Magic.CopyTo(span);
        Put32(TestamentLayout.Version, TestamentLayout.CurrentVersion);
        Put32(TestamentLayout.Phase, (uint)Phase);
        Put64(TestamentLayout.Nonce, Nonce);
        Put32(TestamentLayout.TracerId, (uint)TracerId);
        Put32(TestamentLayout.TargetId, (uint)TargetId);
        Put64(TestamentLayout.TracerStart, TracerStart);
        Put64(TestamentLayout.Address, Address);
        Put64(TestamentLayout.WholeAddress, Whole.Address);
        Put64(TestamentLayout.WholeLength, Whole.Length);
        Action.Write(span[TestamentLayout.Handler..]);
        Put32(TestamentLayout.SiteCount, (uint)Sites.Count);
        Put32(TestamentLayout.SemaphoreCount, (uint)Semaphores.Count);
        Put32(TestamentLayout.SlotAreaCount, (uint)SlotAreas.Count);
        Put32(TestamentLayout.IsSilent, IsSilent ? 1U : 0);
        TrapHandler.Code.CopyTo(span[TestamentLayout.Code..]);
        var at = TestamentLayout.Tables;
        foreach (var (address, original) in Sites) PutEntry(address, original);
        foreach (var (address, before) in Semaphores) PutEntry(address, before);
        foreach (var (address, length) in SlotAreas) PutEntry(address, length);
        return bytes;

        void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);

        void Put64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), value);

        void PutEntry(ulong first, ulong second)
        {
            Put64(at, first);
            Put64(at + 8, second);
            at += TestamentLayout.EntrySize;
        }
    }

    /// <summary>How long the testament is that begins with these bytes, at least <see cref="TestamentLayout.Tables"/> of them; zero when none does.</summary>
    public static int LengthFrom(ReadOnlySpan<byte> head)
    {
        if (head.Length < TestamentLayout.Tables || !head.StartsWith(TestamentLayout.Magic)) return 0;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[TestamentLayout.Version..]) != TestamentLayout.CurrentVersion) return 0;
        var entries = 0;
        foreach (var offset in (ReadOnlySpan<int>)[TestamentLayout.SiteCount, TestamentLayout.SemaphoreCount, TestamentLayout.SlotAreaCount])
        {
            var count = BinaryPrimitives.ReadUInt32LittleEndian(head[offset..]);
            if (count > TestamentLayout.MaximumEntries) return 0;
            entries += (int)count;
        }

        return LengthOf(entries);
    }

    /// <summary>Reads it back; false for anything else and for one that is not whole.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Testament? testament)
    {
        testament = null;
        var length = LengthFrom(bytes);
        if (length == 0 || bytes.Length < length) return false;
        var phase = Word(bytes, TestamentLayout.Phase);
        if (phase > (uint)TestamentPhase.Lowering) return false;
        var sites = new (ulong, byte)[Word(bytes, TestamentLayout.SiteCount)];
        var semaphores = new (ulong, ushort)[Word(bytes, TestamentLayout.SemaphoreCount)];
        var areas = new (ulong, ulong)[Word(bytes, TestamentLayout.SlotAreaCount)];
        var entries = bytes[TestamentLayout.Tables..];
        for (var k = 0; k < sites.Length; k++, entries = entries[TestamentLayout.EntrySize..]) sites[k] = (Long(entries, 0), entries[8]);
        for (var k = 0; k < semaphores.Length; k++, entries = entries[TestamentLayout.EntrySize..]) semaphores[k] = (Long(entries, 0), (ushort)Long(entries, 8));
        for (var k = 0; k < areas.Length; k++, entries = entries[TestamentLayout.EntrySize..]) areas[k] = (Long(entries, 0), Long(entries, 8));
        testament = new Testament
        {
            Nonce = Long(bytes, TestamentLayout.Nonce),
            TracerId = (int)Word(bytes, TestamentLayout.TracerId),
            TargetId = (int)Word(bytes, TestamentLayout.TargetId),
            TracerStart = Long(bytes, TestamentLayout.TracerStart),
            Address = Long(bytes, TestamentLayout.Address),
            Whole = (Long(bytes, TestamentLayout.WholeAddress), Long(bytes, TestamentLayout.WholeLength)),
            Action = SignalAction.Read(bytes[TestamentLayout.Handler..]),
            IsSilent = Word(bytes, TestamentLayout.IsSilent) != 0,
            Phase = (TestamentPhase)phase,
            Sites = sites,
            Semaphores = semaphores,
            SlotAreas = areas,
        };
        return true;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
