namespace Tracer.Linux;

/// <summary>A gate whose system calls are finished although this process is killed meanwhile. What it opens is closed by it, and before it is disposed.</summary>
public interface IKeptGate : ISystemCallGate, IDisposable
{
}
