using System.Buffers.Binary;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// A view of one record of a ring, as <see cref="SampleType"/> lays it out (perf_event_open(2), "MMAP layout"). Every part is there only when the record is long
/// enough for it: whatever the bytes, nothing throws.
/// </summary>
internal readonly ref struct PerfRecord
{
    /// <summary>What samples hold; also what identifies other records, by sample_id_all.</summary>
    public const PerfSampleFields SampleType =
        PerfSampleFields.Identifier | PerfSampleFields.ThreadId | PerfSampleFields.Time | PerfSampleFields.Cpu | PerfSampleFields.RegistersUser;

    // Header: u32 type, u16 misc, u16 size.
    private const int HeaderSize = 8;

    // A sample: u64 identifier; u32 pid, tid; u64 time; u32 cpu, reserved; u64 abi; the registers; with a stack u64 size, bytes, u64 size that was there.
    private const int IdOffset = 8;
    private const int PidOffset = 16;
    private const int TidOffset = 20;
    private const int SampleTimeOffset = 24;
    private const int CpuOffset = 32;
    private const int AbiOffset = 40;
    private const int RegistersOffset = 48;
    private const int StackOffset = RegistersOffset + (SampleRegisters.Count * sizeof(ulong));

    // The end of other records: u32 pid, tid; u64 time; u32 cpu, reserved; u64 identifier.
    private const int TrailerSize = 32;
    private const int TimeFromEnd = 24;

    // PERF_SAMPLE_REGS_ABI_64: of a 64-bit task. Of none (0) there are no registers, of a 32-bit one others.
    private const ulong Abi64 = 2;

    private readonly ReadOnlySpan<byte> _bytes;

    public PerfRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public PerfRecordKind Kind => (PerfRecordKind)UInt32(0);

    private bool IsSample => Kind == PerfRecordKind.Sample;

    /// <summary>CLOCK_MONOTONIC nanoseconds; zero when the record has no room for it.</summary>
    public ulong Time => IsSample ? UInt64(SampleTimeOffset) : _bytes.Length >= HeaderSize + TrailerSize ? UInt64(_bytes.Length - TimeFromEnd) : 0;

    /// <summary>A sample's event.</summary>
    public ulong Id => UInt64(IdOffset);

    /// <summary>The process: of a sample, of the thread that was born or has ended, or that was renamed.</summary>
    public int ProcessId => (int)UInt32(IsSample ? PidOffset : HeaderSize);

    /// <summary>The thread, likewise. FORK and EXIT: u32 pid, ppid, tid, ptid; COMM: u32 pid, tid.</summary>
    public int ThreadId => (int)UInt32(IsSample ? TidOffset : Kind == PerfRecordKind.Comm ? HeaderSize + 4 : HeaderSize + 8);

    /// <summary>FORK: the thread that made it.</summary>
    public int ParentThreadId => (int)UInt32(HeaderSize + 12);

    /// <summary>A sample's CPU.</summary>
    public int Cpu => (int)UInt32(CpuOffset);

    /// <summary>A sample's registers, words in the order of <see cref="SampleRegisters"/>; empty when they are not there.</summary>
    public ReadOnlySpan<byte> Registers =>
        _bytes.Length >= StackOffset && UInt64(AbiOffset) == Abi64 ? _bytes[RegistersOffset..StackOffset] : default;

    /// <summary>A sample's copy of the stack from the stack pointer on, when one was asked for; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Stack
    {
        get
        {
            var size = UInt64(StackOffset);
            const int Start = StackOffset + sizeof(ulong);
            if (size == 0 || size > (ulong)Math.Max(0, _bytes.Length - Start - sizeof(ulong)))
                return default;
            // What the copy did not reach is filler.
            var there = UInt64(Start + (int)size);
            return _bytes.Slice(Start, (int)Math.Min(size, there));
        }
    }

    /// <summary>COMM: the new name, without padding.</summary>
    public ReadOnlySpan<byte> Comm
    {
        get
        {
            const int Start = HeaderSize + 8;
            if (_bytes.Length < Start + TrailerSize)
                return default;
            var name = _bytes[Start..^TrailerSize];
            var end = name.IndexOf((byte)0);
            return end < 0 ? name : name[..end];
        }
    }

    private uint UInt32(int offset) => _bytes.Length >= offset + sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(_bytes[offset..]) : 0;

    private ulong UInt64(int offset) => _bytes.Length >= offset + sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(_bytes[offset..]) : 0;
}
