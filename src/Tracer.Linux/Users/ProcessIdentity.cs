using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>Who this whole process is; the C library changes all threads together (nptl(7)), which the system calls do not.</summary>
public static unsafe partial class ProcessIdentity
{
    /// <summary>
    /// Becomes another user for good: supplementary groups, then group, then user, each real, effective and saved. When the user was root and is no more,
    /// all capabilities go with it (capabilities(7)). After a failure the process is something in between and must end.
    /// </summary>
    public static KernelResult<bool> Become(uint user, uint group, ReadOnlySpan<uint> groups)
    {
        fixed (uint* first = groups)
        {
            if (SetGroups((nuint)groups.Length, first) != 0)
                return Failure("setting the groups");
        }

        if (SetGroup(group, group, group) != 0)
            return Failure("setting the group");
        return SetUser(user, user, user) != 0 ? Failure("setting the user") : true;
    }

    private static KernelError Failure(string doing) => new((Errno)Marshal.GetLastPInvokeError(), doing);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(uint real, uint effective, uint saved);
}
