namespace Tracer.Linux;

/// <summary>Calls that are made by this process, and cut short when it is killed.</summary>
/// <param name="gate">The kernel.</param>
internal sealed class OwnCalls(ISystemCallGate gate) : IKeptGate
{
    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0) => gate.Invoke(number, a0, a1, a2, a3, a4, a5);

    public void Dispose()
    {
    }
}
