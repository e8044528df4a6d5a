using Tracer.Core.Backends;

namespace Tracer.Cli.Doctor;

/// <summary>Whether a backend works here, found by having it look at a process of this user's own, and what it says of a process of another user.</summary>
/// <param name="Name">The backend's name.</param>
/// <param name="Own">For a process that this user has started.</param>
/// <param name="Others">For process 1, when that is another user's; null when there is none to try.</param>
internal sealed record BackendVerdict(string Name, BackendSupport Own, BackendSupport? Others);
