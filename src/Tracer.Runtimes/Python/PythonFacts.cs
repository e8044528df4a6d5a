using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Python;

/// <summary>What is known of one CPython build, found out once and then the same for every process that runs it.</summary>
internal sealed class PythonFacts(PythonVersion version)
{
    private readonly Lock _lock = new();
    private bool _isRead;
    private PythonLayout? _layout;
    private string? _problem;

    public PythonVersion Version { get; } = version;

    /// <summary>The layout, read at the first call; null with a reason.</summary>
    public PythonLayout? Layout(ISystemCallGate gate, TargetModule module, out string? problem)
    {
        lock (_lock)
        {
            if (!_isRead)
                _layout = PythonLayoutReader.Read(gate, module.Image, module.Path, Version, out _problem, module.Root);
            _isRead = true;
            problem = _problem;
            return _layout;
        }
    }
}
