namespace Tracer.Ptrace;

/// <summary>What becomes of a target of the ptrace backend when this process is killed.</summary>
public sealed record PtraceBackendOptions
{
    /// <summary>
    /// The sharptrace command, a path, which is started to watch over this process and gives the target all back when it is killed. Null: this program itself when it is the
    /// command, else a <c>sharptrace</c> beside it. Empty: none; then <c>sharptrace recover</c> does it when it is called.
    /// </summary>
    public string? GuardianPath { get; init; }

    /// <summary>Is told, in one line with an id (ST0317, ST0318), when a target is not safe from that.</summary>
    public Action<string>? Warn { get; init; }
}
