using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// posix_spawn(3). Not System.Diagnostics.Process, whose SIGCHLD thread calls waitpid(pid, WNOHANG) on its children and so swallows the
/// ptrace stops of a traced one.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    // glibc 2.36: file actions 80 bytes, attributes 336; musl 1.2: 80 and 336. Signal sets are 128 in both. Generous, since it costs nothing.
    private const int FileActionsSize = 256;
    private const int AttributesSize = 1024;
    private const int SignalSetSize = 128;

    // <spawn.h>
    private const short SetProcessGroup = 2;
    private const short SetSignalDefaults = 4;
    private const short SetSignalMask = 8;

    // Returns the pid, or minus errno.
    public static SystemCallResult Start(string path, IReadOnlyList<string> argv, IReadOnlyList<string> environment, SpawnOptions options)
    {
        var actions = stackalloc byte[FileActionsSize];
        var attributes = stackalloc byte[AttributesSize];
        var signals = stackalloc byte[SignalSetSize];
        using var strings = new NativeStrings();
        var failure = InitializeActions(actions);
        if (failure != 0) return SystemCallResult.Failed((Errno)failure);
        failure = InitializeAttributes(attributes);
        try
        {
            if (failure == 0) failure = AddStandardStreams(actions, options);
            if (failure == 0 && options.WorkingDirectory is { } directory) failure = AddWorkingDirectory(actions, strings.Add(directory));

            // .NET ignores SIGPIPE, and ignored signals survive exec; nor shall the child inherit what this thread blocks.
            new Span<byte>(signals, SignalSetSize).Fill(0xFF);
            if (failure == 0) failure = SetDefaults(attributes, signals);
            new Span<byte>(signals, SignalSetSize).Clear();
            if (failure == 0) failure = SetMask(attributes, signals);
            var flags = SetSignalDefaults | SetSignalMask | (options.NewProcessGroup ? SetProcessGroup : 0);
            if (failure == 0) failure = SetFlags(attributes, (short)flags);
            if (failure != 0) return SystemCallResult.Failed((Errno)failure);

            var pid = 0;
            failure = Spawn(&pid, strings.Add(path), actions, attributes, strings.AddArray(argv), strings.AddArray(environment));
            return failure == 0 ? new(pid) : SystemCallResult.Failed((Errno)failure);
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    // A dup2 onto itself clears close-on-exec too, as posix_spawn defines it.
    private static int AddStandardStreams(byte* actions, SpawnOptions options)
    {
        var failure = 0;
        if (options.StandardInput is { } input) failure = AddDuplicate(actions, input.Number, 0);
        if (failure == 0 && options.StandardOutput is { } output) failure = AddDuplicate(actions, output.Number, 1);
        if (failure == 0 && options.StandardError is { } error) failure = AddDuplicate(actions, error.Number, 2);
        return failure;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int descriptor, int target);

    // glibc 2.29, musl 1.1.24
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    private static partial int AddWorkingDirectory(byte* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);
}
