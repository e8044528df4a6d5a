namespace Tracer.Core.Probes;

/// <summary>
/// A semaphore that must be raised for a probe to fire although it belongs to another probe. The kernel raises semaphores only together with a
/// uprobe, so <paramref name="Idle"/> names an instruction that the running program no longer executes to hang it on: the kernel then takes it
/// back when this process dies.
/// </summary>
/// <param name="Semaphore">The semaphore.</param>
/// <param name="Idle">An instruction that is not executed while the program runs.</param>
public sealed record Activation(ProbeSemaphore Semaphore, CodeLocation Idle);
