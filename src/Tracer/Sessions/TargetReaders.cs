using Tracer.Core.Pictures;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Sessions;

/// <summary>The readers of a session that traces one process.</summary>
internal sealed class TargetReaders(ISystemCallGate gate, TargetProcess target) : IReaderSource, IDisposable
{
    private ProcessReaders? _readers;

    public ProcessReaders Target => _readers ??= new ProcessReaders(new StackNames(gate, target), new PictureReaders(target.Memory));

    public ProcessReaders Of(int processId, ulong time) => Target;

    public void Dispose() => _readers?.Stacks.Dispose();
}
