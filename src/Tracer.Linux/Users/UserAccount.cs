using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>An account, as the C library knows it (/etc/passwd, or what nsswitch.conf names besides).</summary>
/// <param name="Name">The login name.</param>
/// <param name="UserId">The user id.</param>
/// <param name="GroupId">The primary group.</param>
/// <param name="Home">The home folder.</param>
/// <param name="Shell">The login shell.</param>
public sealed unsafe partial record UserAccount(string Name, uint UserId, uint GroupId, string Home, string Shell)
{
    // struct passwd of glibc and musl on x86-64 (<pwd.h>): four bytes each for the ids, else pointers.
    private const int PasswdSize = 48;
    private const int NameOffset = 0;
    private const int UserOffset = 16;
    private const int GroupOffset = 20;
    private const int HomeOffset = 32;
    private const int ShellOffset = 40;

    // sysconf(_SC_GETPW_R_SIZE_MAX) suggests 1024; entries of directories are longer.
    private const int BufferSize = 64 << 10;

    /// <summary>The account of a user id; null when there is none.</summary>
    public static UserAccount? Find(uint userId)
    {
        var entry = stackalloc byte[PasswdSize];
        var buffer = new byte[BufferSize];
        byte* found = null;
        fixed (byte* strings = buffer)
        {
            if (GetByUser(userId, entry, strings, (nuint)buffer.Length, &found) != 0 || found is null)
                return null;
            return new UserAccount(
                Text(found + NameOffset), *(uint*)(found + UserOffset), *(uint*)(found + GroupOffset), Text(found + HomeOffset), Text(found + ShellOffset));
        }
    }

    /// <summary>The groups that the account is in, <paramref name="primary"/> included: what initgroups(3) would set.</summary>
    public IReadOnlyList<uint> Groups(uint primary)
    {
        // NGROUPS_MAX, include/uapi/linux/limits.h.
        const int Most = 65536;
        var count = 64;
        while (true)
        {
            var groups = new uint[count];
            int result;
            fixed (uint* first = groups)
                result = GetGroups(Name, primary, first, &count);
            if (result >= 0)
                return groups[..count];
            if (count is <= 0 or > Most)
                return [primary];
            // musl and glibc leave the number that is needed.
            count = Math.Max(count, groups.Length * 2);
        }
    }

    private static string Text(byte* field) => Marshal.PtrToStringUTF8(*(nint*)field) ?? "";

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int GetByUser(uint user, byte* entry, byte* buffer, nuint size, byte** found);

    [LibraryImport("libc", EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroups(string name, uint group, uint* groups, int* count);
}
