namespace Tracer.Uprobes.Compilation;

/// <summary>What programs of uprobe sessions (kernel 6.13) use of the kernel.</summary>
/// <param name="IsReturn">BTF id of <c>bpf_session_is_return</c>: whether the program runs at a return.</param>
/// <param name="Cookie">BTF id of <c>bpf_session_cookie</c>: the eight bytes that an entry hands to its return.</param>
/// <param name="Thread">Offset of <c>task_struct.utask</c>, which every thread has that is in a uprobe.</param>
/// <param name="Depth">Offset of <c>uprobe_task.depth</c>: how many returns of the thread the kernel follows at the moment, for whomever.</param>
internal sealed record SessionInterface(int IsReturn, int Cookie, short Thread, short Depth)
{
    /// <summary>MAX_URETPROBE_DEPTH (include/linux/uprobes.h): from so many on prepare_uretprobe (kernel/events/uprobes.c) drops a return with a word in the kernel's log only.</summary>
    public const int MostNested = 64;
}
