using Tracer.Core.Probes;

namespace Tracer.Core.Expressions;

/// <summary>The object that a text belongs to, and stays the same in as long as it lives: a backend may read the text once and know it from then on.</summary>
/// <param name="Object">The object's address, uint64.</param>
/// <param name="Life">Where objects of its kind end.</param>
/// <param name="Member">Which text of the object it is.</param>
public sealed record TextOwner(Expression Object, ObjectLife Life, int Member);
