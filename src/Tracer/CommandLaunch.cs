namespace Tracer;

/// <summary>How <see cref="TraceSession.LaunchAsync"/> starts its command, where that is not as this process itself would be started again.</summary>
/// <param name="Starter">
/// A program and its first arguments that get the command's path and arguments behind their own, stop themselves by SIGSTOP when they are ready and then execute the
/// command from their first thread: what changes the user, a namespace or limits before the command runs.
/// </param>
/// <param name="Environment">The whole environment that the starter gets.</param>
public sealed record CommandLaunch(IReadOnlyList<string> Starter, IReadOnlyDictionary<string, string> Environment);
