using Tracer.Elf;

namespace Tracer.Core.Expressions;

/// <summary>The lowest 8 bytes of a vector register (xmm0 to xmm15). Not every backend can read it: the kernel's uprobe registers lack them.</summary>
/// <param name="Register">xmm0 to xmm15.</param>
public sealed record VectorExpression(X64Register Register) : Expression(IntegerType.UInt64);
