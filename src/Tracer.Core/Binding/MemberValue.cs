using Tracer.Core.Expressions;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>What <see cref="MemberAccess"/> leads to.</summary>
/// <param name="Value">The value; of a structure or array its address.</param>
/// <param name="Type">Its C type.</param>
public sealed record MemberValue(Expression Value, DwarfType Type);
