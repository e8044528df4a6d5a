using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>Where the evaluation loop keeps the thread state: in a register, or on the stack.</summary>
/// <param name="Register">The register, or that by which the stack is addressed.</param>
/// <param name="Displacement">Its place on the stack; null for a register.</param>
public sealed record ThreadStatePlace(Register Register, long? Displacement)
{
    /// <summary>The thread state's address.</summary>
    public Expression Address
    {
        get
        {
            var register = Build.Register(GeneralRegister.Of(Register)!.Value);
            return Displacement is { } displacement ? Build.LoadPointer(register, displacement) : register;
        }
    }
}
