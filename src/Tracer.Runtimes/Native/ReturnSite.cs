using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Native;

/// <summary>An instruction by which a function is left, with rsp as it was at the entry.</summary>
/// <param name="Address">Its link-time address.</param>
/// <param name="IsTailCall">Whether it jumps to another function, which returns the value in this one's place.</param>
/// <param name="Condition">When it leaves only sometimes: the condition.</param>
internal readonly record struct ReturnSite(ulong Address, bool IsTailCall, Expression? Condition);
