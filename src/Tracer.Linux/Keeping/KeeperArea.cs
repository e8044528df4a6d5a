using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>What a keeper and this process tell one another; keeper.S knows the offsets. The bytes behind it are the stack that the keeper is given and does not use.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KeeperArea
{
    /// <summary>Bytes of the whole, the stack included.</summary>
    public const int Size = 4096;

    /// <summary>The eventfd that announces a request.</summary>
    public PollEntry Request;

    /// <summary>The pidfd of this process.</summary>
    public PollEntry End;

    /// <summary>The eventfd that announces a result.</summary>
    public int Reply;

    /// <summary>The keeper's pidfd, written by the kernel.</summary>
    public int Process;

    /// <summary>The signals that the starting thread blocks.</summary>
    public ulong Mask;

    /// <summary>The system call; negative to end.</summary>
    public nint Number;

    /// <summary>Its arguments.</summary>
    public fixed long Arguments[6];

    /// <summary>What the kernel returned.</summary>
    public nint Result;

    /// <summary>What is read from the eventfd.</summary>
    public ulong Count;

    /// <summary>What is written to the other.</summary>
    public ulong One;

    /// <summary>The keeper's name, as ps(1) shows it: 15 bytes at most, and a NUL.</summary>
    public fixed byte Name[16];
}
