using Tracer.Core.Targets;

namespace Tracer.Core.Runtimes;

/// <summary>An interpreter or virtual machine that sharptrace knows.</summary>
public interface IRuntime
{
    /// <summary>Its name: <c>python</c>.</summary>
    string Name { get; }

    /// <summary>Recognises a file that holds the runtime's code; null when it is not its own. Must be cheap for files that are not.</summary>
    IRuntimeModule? Recognise(TargetModule module);
}
