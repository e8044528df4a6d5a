namespace Tracer.Linux;

/// <summary>
/// How to start a program; see <see cref="ChildProcess.Start"/>. Of our descriptors the child gets its standard streams and what our own parent
/// left open for children; signals are as a login shell would have them.
/// </summary>
public sealed record SpawnOptions
{
    /// <summary>The program: a path, or a name looked up in this process's PATH.</summary>
    public required string Path { get; init; }

    /// <summary>The arguments after the program's own name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The whole environment of the child; null: a copy of ours.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The working directory; null: ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The child's standard input; null: ours.</summary>
    public OwnedDescriptor? StandardInput { get; init; }

    /// <summary>The child's standard output; null: ours.</summary>
    public OwnedDescriptor? StandardOutput { get; init; }

    /// <summary>The child's standard error; null: ours.</summary>
    public OwnedDescriptor? StandardError { get; init; }

    /// <summary>True: a process group of its own, so that a terminal's Ctrl-C does not reach it.</summary>
    public bool NewProcessGroup { get; init; }

    /// <summary>
    /// True: stop the child by SIGSTOP before it executes the program, so that a tracer can take hold of it first; SIGCONT lets it go on. Until then
    /// it is /bin/sh, with the pid that the program will have.
    /// </summary>
    public bool StartStopped { get; init; }

    /// <summary>
    /// With <see cref="StartStopped"/>: a program and its first arguments that take the part of the shell. It gets the command's path and arguments behind its own, stops itself by
    /// SIGSTOP as soon as it is ready, and then executes the command from its first thread. Null: /bin/sh.
    /// </summary>
    public IReadOnlyList<string>? Starter { get; init; }
}
