namespace Tracer.Core.Probes;

/// <summary>Which place of a module's code is asked for: a function, a link-time address or a source line.</summary>
public abstract record NativePlace
{
    private protected NativePlace()
    {
    }
}
