namespace Tracer.Core.Probes;

/// <summary>What a user asks for in native code, whichever spelling it was written in.</summary>
/// <param name="Place">The place.</param>
/// <param name="IsReturn">Whether the function's exits are meant and not its entry.</param>
public sealed record NativeProbeSpec(NativePlace Place, bool IsReturn);
