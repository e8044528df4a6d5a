namespace Tracer.Core.Probes;

/// <summary>Where a probe comes from.</summary>
public enum ProbeSource
{
    /// <summary>A note in <c>.note.stapsdt</c>.</summary>
    Usdt,
    /// <summary>Made by sharptrace from the runtime's own code, under the name and with the parameters the runtime documents.</summary>
    Synthesised,
    /// <summary>A place in native code: a function's entry or exits, an instruction, a source line.</summary>
    Native,
}
