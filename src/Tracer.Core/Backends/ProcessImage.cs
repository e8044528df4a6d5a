namespace Tracer.Core.Backends;

/// <summary>The processes of a family that run the same program in the same places of memory, so that one plan is right for all of them.</summary>
/// <param name="Family">The family.</param>
/// <param name="Number">The number that the family has its processes under, 1 or more.</param>
public sealed record ProcessImage(IProcessFamily Family, uint Number);
