using System.Runtime.InteropServices;

namespace Tracer.Uprobes.Following;

/// <summary>What a program tells of a family, as it lies in the ring.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct FamilyRecord
{
    /// <summary>Bytes of a record.</summary>
    public const int Size = 24;

    public const short KindOffset = 0;
    public const short ProcessOffset = 4;
    public const short OtherOffset = 8;
    public const short TicketOffset = 16;

    /// <summary>What happened.</summary>
    public readonly FamilyRecordKind Kind;

    /// <summary>The process.</summary>
    public readonly int Process;

    /// <summary>The child that was forked, or the thread that waits.</summary>
    public readonly int Other;

    private readonly int _padding;

    /// <summary>When it happened, CLOCK_MONOTONIC nanoseconds; the answer to a thread that waits must name it.</summary>
    public readonly ulong Ticket;
}
