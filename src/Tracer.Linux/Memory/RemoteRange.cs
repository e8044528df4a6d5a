using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>A range of another process's memory; laid out as the kernel's <c>struct iovec</c>, so that a span of them goes to process_vm_readv as it is.</summary>
/// <param name="Address">The first byte's address in that process.</param>
/// <param name="Length">Bytes.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RemoteRange(ulong Address, ulong Length);
