using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>
/// Where arguments are at a function's first instruction and results at its ret: System V AMD64 psABI, 3.2.3 "Parameter Passing". Compilers do
/// not describe arguments before the prologue has stored them when they do not optimise.
/// </summary>
public static class CallingConvention
{
    private const string Behind = "it comes after an argument of a type that is not understood";

    private static readonly X64Register[] General = [X64Register.Rdi, X64Register.Rsi, X64Register.Rdx, X64Register.Rcx, X64Register.R8, X64Register.R9];

    /// <summary>The registers of the first six integer arguments.</summary>
    public static IReadOnlyList<X64Register> IntegerArguments => General;

    /// <summary>Whether a register belongs to the caller, so that no argument comes in it: rbx, rbp, rsp and r12 to r15 (3.2.1, "Registers").</summary>
    public static bool IsPreserved(X64Register register) =>
        register is X64Register.Rbx or X64Register.Rbp or X64Register.Rsp or X64Register.R12 or X64Register.R13 or X64Register.R14 or X64Register.R15;

    /// <summary>The places of a function's arguments at its first instruction, in order.</summary>
    public static IReadOnlyList<DwarfPlace> Arguments(DwarfType result, IReadOnlyList<DwarfType> parameters)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(parameters);
        var places = new DwarfPlace[parameters.Count];
        // A result in memory is where a hidden first argument points to.
        int general = EightBytes.Of(result) is { InMemory: true } ? 1 : 0, vector = 0;
        // Above the return address.
        long stack = 8;
        var lost = EightBytes.Of(result) is null;
        for (var k = 0; k < places.Length; k++)
        {
            var type = parameters[k].Underlying;
            var parts = EightBytes.Of(type);
            lost |= parts is null;
            if (lost)
                places[k] = new DwarfPlace.Nowhere(parts is null ? $"values of type {parameters[k]} are not supported" : Behind);
            else if (type.IsPassedByReference)
                places[k] = ByReference(ref general, ref stack);
            else
                places[k] = Place(parts!, ref general, ref vector, ref stack);
        }

        return places;
    }

    /// <summary>
    /// The places of a function's result at its ret: one, or two for a structure of more than 8 bytes in registers; none for void and for empty structures.
    /// </summary>
    public static IReadOnlyList<DwarfPlace> Results(DwarfType result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Underlying.Kind == DwarfTypeKind.Void)
            return [];
        if (result.Underlying is { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float, ByteSize: > 8 })
            return [new DwarfPlace.Nowhere("it is returned in the floating-point unit's registers")];
        if (EightBytes.Of(result) is not { } parts)
            return [new DwarfPlace.Nowhere($"values of type {result} are not supported")];
        // The caller's memory, whose address the function returns.
        if (parts.InMemory)
            return [new DwarfPlace.InMemory(Build.Register(X64Register.Rax))];
        int general = 0, vector = 0;
        return [.. parts.Classes.Select(c => (DwarfPlace)new DwarfPlace.InRegister(c == EightByteClass.Sse
            ? Vector(vector++)
            : general++ == 0 ? X64Register.Rax : X64Register.Rdx))];
    }

    private static DwarfPlace Place(EightBytes parts, ref int general, ref int vector, ref long stack)
    {
        var ofGeneral = parts.Classes.Count(c => c == EightByteClass.Integer);
        var ofVector = parts.Classes.Count - ofGeneral;
        if (parts.InMemory || general + ofGeneral > General.Length || vector + ofVector > 8)
            return OnStack(parts.Size, parts.Alignment, ref stack);
        DwarfPlace place = parts.Classes.Count switch
        {
            0 => new DwarfPlace.Nowhere("it is empty"),
            1 when ofGeneral == 1 => new DwarfPlace.InRegister(General[general]),
            1 => new DwarfPlace.InRegister(Vector(vector)),
            _ => new DwarfPlace.Nowhere("it is passed in two registers"),
        };
        general += ofGeneral;
        vector += ofVector;
        return place;
    }

    private static X64Register Vector(int index) => (X64Register)((int)X64Register.Xmm0 + index);

    private static DwarfPlace.InMemory ByReference(ref int general, ref long stack)
    {
        if (general < General.Length)
            return new DwarfPlace.InMemory(Build.Register(General[general++]));
        return new DwarfPlace.InMemory(Build.LoadPointer(OnStack(8, 8, ref stack).Address));
    }

    private static DwarfPlace.InMemory OnStack(long size, int alignment, ref long stack)
    {
        // rsp is 8 below a multiple of 16 at the entry, so that offsets from rsp + 8 tell alignment.
        if (alignment > 8)
            stack = ((stack - 8 + 15) & ~15L) + 8;
        var place = new DwarfPlace.InMemory(Build.Offset(Build.Register(X64Register.Rsp), stack));
        stack += (size + 7) & ~7L;
        return place;
    }
}
