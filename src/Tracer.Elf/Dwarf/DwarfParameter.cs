namespace Tracer.Elf.Dwarf;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">The name, or null for one without.</param>
/// <param name="Type">The declared type.</param>
/// <param name="Locations">Where its value is: one expression, or a list by address; empty when it is optimised out everywhere.</param>
/// <param name="ConstantValue">The value, when the compiler found it to be always the same.</param>
public sealed record DwarfParameter(string? Name, DwarfType Type, IReadOnlyList<DwarfLocation> Locations, long? ConstantValue)
{
    /// <summary>The expression that holds at an address.</summary>
    /// <param name="address">The address as linked.</param>
    /// <param name="expression">The expression.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetLocation(ulong address, out DwarfExpression expression)
    {
        foreach (var location in Locations)
        {
            if (location.Range?.Contains(address) == true)
            {
                expression = location.Expression;
                return true;
            }
        }
        foreach (var location in Locations)
        {
            if (location.Range is null)
            {
                expression = location.Expression;
                return true;
            }
        }
        expression = default;
        return false;
    }
}
