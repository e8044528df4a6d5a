namespace Tracer.Core.Events;

/// <summary>What became of one probe's events.</summary>
/// <param name="Probe"><c>provider:name</c>.</param>
/// <param name="Events">Delivered.</param>
/// <param name="Lost">Fired and not delivered; exact.</param>
public sealed record ProbeCount(string Probe, ulong Events, ulong Lost);
