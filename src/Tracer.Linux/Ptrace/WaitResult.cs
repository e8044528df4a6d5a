namespace Tracer.Linux;

/// <summary>Whom wait4(2) reported, and what.</summary>
/// <param name="Id">The process or thread; zero when nothing had happened (only with <see cref="WaitOptions.NoHang"/>).</param>
/// <param name="Status">What happened to it.</param>
public readonly record struct WaitResult(int Id, WaitStatus Status);
