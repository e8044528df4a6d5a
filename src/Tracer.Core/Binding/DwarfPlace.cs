using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Core.Binding;

/// <summary>Where a variable is at one instruction, as its location description says.</summary>
public abstract record DwarfPlace
{
    private DwarfPlace()
    {
    }

    /// <summary>In a register: its lowest bytes.</summary>
    /// <param name="Register">A general or vector register.</param>
    public sealed record InRegister(X64Register Register) : DwarfPlace;

    /// <summary>In memory.</summary>
    /// <param name="Address">The address, uint64.</param>
    public sealed record InMemory(Expression Address) : DwarfPlace;

    /// <summary>Nowhere, but its value is known.</summary>
    /// <param name="Value">The value, uint64; its lowest bytes count.</param>
    public sealed record Known(Expression Value) : DwarfPlace;

    /// <summary>It cannot be had.</summary>
    /// <param name="Reason">Why, in one clause.</param>
    public sealed record Nowhere(string Reason) : DwarfPlace;
}
