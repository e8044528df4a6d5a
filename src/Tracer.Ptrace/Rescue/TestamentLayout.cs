namespace Tracer.Ptrace.Rescue;

/// <summary>Where things are in the readable and executable pages that the target is given; little-endian. trap-handler.S knows some of these.</summary>
internal static class TestamentLayout
{
    /// <summary>The version of this layout: another one is left alone.</summary>
    public const uint CurrentVersion = 1;

    public const int Version = 16;
    public const int Phase = 20;
    public const int Nonce = 24;
    public const int TracerId = 32;
    public const int TargetId = 36;
    public const int TracerStart = 40;
    public const int Address = 48;
    public const int WholeAddress = 56;
    public const int WholeLength = 64;
    public const int Handler = 80;
    public const int Flags = 88;
    public const int Restorer = 96;
    public const int Mask = 104;
    public const int SiteCount = 112;
    public const int SemaphoreCount = 116;
    public const int SlotAreaCount = 120;
    public const int IsSilent = 124;

    /// <summary>The handler's code.</summary>
    public const int Code = 128;

    /// <summary>The tables: sites, semaphores, slot areas; two words an entry.</summary>
    public const int Tables = 512;

    public const int EntrySize = 16;

    /// <summary>The most entries of one table that are believed: many times what anybody arms by ptrace.</summary>
    public const int MaximumEntries = 1 << 18;

    /// <summary>How it begins.</summary>
    public static ReadOnlySpan<byte> Magic => "sharptrace left\0"u8;
}
