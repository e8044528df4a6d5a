using System.Collections.Concurrent;
using Tracer.Bpf;

namespace Tracer.Uprobes.Compilation;

/// <summary>What programs use of the running kernel beyond helpers: ids and offsets from its BTF, looked up when first asked for.</summary>
internal sealed class KernelInterface(string btfFile = BtfTypes.KernelFile, bool mayWait = true)
{
    // The running kernel's types do not change: read once for all backends of the process.
    private static readonly Lazy<BtfTypes?> Kernel = new(() => BtfTypes.Load(BtfTypes.KernelFile, out _));

    private readonly Lazy<BtfTypes?> _types = btfFile == BtfTypes.KernelFile ? Kernel : new(() => BtfTypes.Load(btfFile, out _));
    private int? _copyUserString;
    private SessionInterface? _session;
    private bool _sessionAsked;
    // Backends may attach from several threads.
    private readonly ConcurrentDictionary<string, short?> _taskMembers = new(StringComparer.Ordinal);

    /// <summary>The BTF id of <c>bpf_copy_from_user_str</c> (kernel 6.12); 0 when there is none, or programs may not wait.</summary>
    public int CopyUserString => !mayWait ? 0 : _copyUserString ??= _types.Value?.TryFindFunction("bpf_copy_from_user_str", out var id) == true ? id : 0;

    /// <summary>What programs of uprobe sessions use; null when the kernel's BTF does not have it.</summary>
    public SessionInterface? Session
    {
        get
        {
            if (!_sessionAsked)
                (_session, _sessionAsked) = (FindSession(), true);
            return _session;
        }
    }

    private SessionInterface? FindSession() =>
        _types.Value is { } types && types.TryFindFunction("bpf_session_is_return", out var isReturn) && types.TryFindFunction("bpf_session_cookie", out var cookie)
            && TaskMember("utask") is { } thread && types.TryFindMember("uprobe_task", "depth", out var depth)
            ? new SessionInterface(isReturn, cookie, thread, checked((short)depth.Offset))
            : null;

    /// <summary>Offset of a member in a structure; null when the kernel's BTF does not tell.</summary>
    public int? MemberOf(string structure, string path) => _types.Value?.TryFindMember(structure, path, out var member) == true ? member.Offset : null;

    /// <summary>Offset of a member in <c>task_struct</c>; null when the kernel's BTF does not tell.</summary>
    public short? TaskMember(string path) => _taskMembers.GetOrAdd(
        path, p => MemberOf("task_struct", p) is { } offset and <= short.MaxValue ? (short)offset : null);
}
