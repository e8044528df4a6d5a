using Tracer.Cli.Sudo;
using Tracer.Linux;

namespace Tracer.Cli.Tracing;

/// <summary>The file that data is written to.</summary>
internal static class OutputFile
{
    /// <summary>Creates or empties it. One that was not there belongs to the user who called sudo, as what other programs of his write; one that was there keeps its owner.</summary>
    public static FileStream Create(string path, InvokingUser? user)
    {
        if (user is null || File.Exists(path))
            return Open(path, FileMode.Create);
        var file = Open(path, FileMode.CreateNew);
        var changed = LinuxSystemCalls.Instance.ChangeOwner((int)file.SafeFileHandle.DangerousGetHandle(), user.UserId, user.GroupId);
        if (!changed.IsError)
            return file;
        file.Dispose();
        throw new IOException($"It could not be made uid {user.UserId}'s: {changed.Error.Describe()}.");
    }

    private static FileStream Open(string path, FileMode mode) => new(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
}
