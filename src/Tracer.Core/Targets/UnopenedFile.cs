using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>A file that a target runs code of and that could not be opened, so that nothing of it can be traced.</summary>
/// <param name="Path">Its path as the target sees it.</param>
/// <param name="Error">Why not.</param>
public sealed record UnopenedFile(string Path, KernelError Error)
{
    /// <summary>The capability that opens any file that a process has mapped (proc(5), /proc/PID/map_files).</summary>
    public const Capability Needed = Capability.CheckpointRestore;

    /// <summary>True when it is a matter of permission; also when only another file of its name could be opened, for the capability opens the very one.</summary>
    public bool IsPermissionProblem => Error.Error is Errno.EACCES or Errno.EPERM or Errno.ESTALE;

    /// <inheritdoc/>
    public override string ToString() => $"{Path} ({Error})";
}
