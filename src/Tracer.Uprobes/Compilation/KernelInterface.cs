using Tracer.Bpf;

namespace Tracer.Uprobes.Compilation;

/// <summary>What programs use of the running kernel beyond helpers: ids and offsets from its BTF, looked up when first asked for.</summary>
internal sealed class KernelInterface(string btfFile = BtfTypes.KernelFile)
{
    // The running kernel's types do not change: read once for all backends of the process.
    private static readonly Lazy<BtfTypes?> Kernel = new(() => BtfTypes.Load(BtfTypes.KernelFile, out _));

    private readonly Lazy<BtfTypes?> _types = btfFile == BtfTypes.KernelFile ? Kernel : new(() => BtfTypes.Load(btfFile, out _));
    private int? _copyUserString;

    /// <summary>The BTF id of <c>bpf_copy_from_user_str</c> (kernel 6.12); 0 when there is none.</summary>
    public int CopyUserString => _copyUserString ??= _types.Value?.TryFindFunction("bpf_copy_from_user_str", out var id) == true ? id : 0;

    /// <summary>Offset of a member in <c>task_struct</c>; null when the kernel's BTF does not tell.</summary>
    public short? TaskMember(string path) =>
        _types.Value?.TryFindMember("task_struct", path, out var member) == true && member.Offset <= short.MaxValue ? (short)member.Offset : null;
}
