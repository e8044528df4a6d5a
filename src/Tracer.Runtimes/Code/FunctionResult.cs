using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Where what a function will return in rax is at one of its exits.</summary>
/// <param name="Register">The register that has it, or the stack pointer.</param>
/// <param name="StackOffset">Where it is from the stack pointer on, in bytes; null when it is in the register.</param>
public readonly record struct FunctionResult(X64Register Register, long? StackOffset = null)
{
    /// <summary>rax itself.</summary>
    public static FunctionResult InPlace { get; } = new(X64Register.Rax);

    /// <summary>The result, uint64.</summary>
    public Expression Value => StackOffset is { } offset ? Build.LoadPointer(Build.Register(Register), offset) : Build.Register(Register);
}
