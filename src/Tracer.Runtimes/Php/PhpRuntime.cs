using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>PHP 8: the programs php, php-fpm and php-cgi, and libphp, which servers load. Safe for concurrent use.</summary>
public sealed class PhpRuntime : IRuntime
{
    /// <summary>The function that runs user code: all handlers of the virtual machine are in it, or are called by it.</summary>
    internal const string Executor = "execute_ex";

    /// <summary>The pointer by which user code is run, <c>void (*zend_execute_ex)(zend_execute_data *)</c>: extensions put their own function there.</summary>
    internal const string ExecutorPointer = "zend_execute_ex";

    /// <inheritdoc/>
    public string Name => PhpProbeParameters.Provider;

    /// <inheritdoc/>
    public IRuntimeModule? Recognise(TargetModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return Defines(module, Executor) && Defines(module, ExecutorPointer) ? new PhpModule(module) : null;
    }

    // Extensions import these names; only the file with the virtual machine defines them.
    private static bool Defines(TargetModule module, string name) => NamedFunction.AddressOf(module.Image, name) is not null;
}
