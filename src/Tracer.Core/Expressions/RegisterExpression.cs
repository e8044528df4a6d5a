using Tracer.Elf;

namespace Tracer.Core.Expressions;

/// <summary>The 64 bits of a general register, rip, rflags or a segment base at the site. At a site rip is the address of the probed instruction.</summary>
/// <param name="Register">The register; vector registers are <see cref="VectorExpression"/>.</param>
public sealed record RegisterExpression(X64Register Register) : Expression(IntegerType.UInt64);
