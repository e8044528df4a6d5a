namespace Tracer.Bpf;

/// <summary>The kernel's own names of the helpers, as its logs and manual pages give them.</summary>
public static class BpfHelperNames
{
    /// <summary>The kernel's name with its <c>bpf_</c> prefix, or <c>unknown</c> for an id that <see cref="BpfHelper"/> lacks.</summary>
    public static string KernelName(this BpfHelper helper) => helper switch
    {
        BpfHelper.MapLookup => "bpf_map_lookup_elem",
        BpfHelper.MapUpdate => "bpf_map_update_elem",
        BpfHelper.MapDelete => "bpf_map_delete_elem",
        BpfHelper.GetTimeNanoseconds => "bpf_ktime_get_ns",
        BpfHelper.TracePrint => "bpf_trace_printk",
        BpfHelper.GetProcessorId => "bpf_get_smp_processor_id",
        BpfHelper.TailCall => "bpf_tail_call",
        BpfHelper.GetProcessAndThread => "bpf_get_current_pid_tgid",
        BpfHelper.GetUserAndGroup => "bpf_get_current_uid_gid",
        BpfHelper.GetThreadName => "bpf_get_current_comm",
        BpfHelper.GetStackId => "bpf_get_stackid",
        BpfHelper.GetTask => "bpf_get_current_task",
        BpfHelper.GetStack => "bpf_get_stack",
        BpfHelper.ProbeReadUser => "bpf_probe_read_user",
        BpfHelper.ProbeReadKernel => "bpf_probe_read_kernel",
        BpfHelper.ProbeReadUserString => "bpf_probe_read_user_str",
        BpfHelper.ProbeReadKernelString => "bpf_probe_read_kernel_str",
        BpfHelper.GetNamespaceProcessAndThread => "bpf_get_ns_current_pid_tgid",
        BpfHelper.GetBootTimeNanoseconds => "bpf_ktime_get_boot_ns",
        BpfHelper.RingBufferOutput => "bpf_ringbuf_output",
        BpfHelper.RingBufferReserve => "bpf_ringbuf_reserve",
        BpfHelper.RingBufferSubmit => "bpf_ringbuf_submit",
        BpfHelper.RingBufferDiscard => "bpf_ringbuf_discard",
        BpfHelper.RingBufferQuery => "bpf_ringbuf_query",
        BpfHelper.CopyFromUser => "bpf_copy_from_user",
        BpfHelper.GetTaskTyped => "bpf_get_current_task_btf",
        BpfHelper.GetAttachCookie => "bpf_get_attach_cookie",
        BpfHelper.GetTaskRegisters => "bpf_task_pt_regs",
        BpfHelper.Loop => "bpf_loop",
        BpfHelper.CopyFromUserTask => "bpf_copy_from_user_task",
        BpfHelper.MapLookupOfCpu => "bpf_map_lookup_percpu_elem",
        _ => "unknown",
    };
}
