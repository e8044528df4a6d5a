using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>The parameters of a function by name and type from its debugging information, else by the registers that the ABI gives them.</summary>
public static class FunctionParameters
{
    /// <summary>The parameters of a function at its entry, where registers and stack are as the caller left them.</summary>
    /// <param name="function">The function.</param>
    /// <param name="context">The site, at entry.</param>
    /// <param name="isGlobal">
    /// Whether callers in other files reach it by its symbol, so that the ABI holds even for what the function does not use; compilers may call others as they please.
    /// </param>
    public static IReadOnlyList<BoundParameter> AtEntry(DwarfSubprogram function, DwarfContext context, bool isGlobal)
    {
        ArgumentNullException.ThrowIfNull(function);
        var abi = CallingConvention.Arguments(function.ReturnType, [.. function.Parameters.Select(p => p.Type)]);
        return Bind(function.Parameters, (parameter, k) =>
        {
            if (parameter.Locations.Any(l => l.Range?.Contains(context.Address) == true) && parameter.TryGetLocation(context.Address, out var location)
                && DwarfExpressionCompiler.Compile(location, context) is var place and not DwarfPlace.Nowhere)
                return place;
            if (parameter.ConstantValue is { } constant)
                return new DwarfPlace.Known(Build.Constant((ulong)constant));
            // One location for the whole function holds only behind the prologue, unless it is a register that arguments come in.
            var whole = parameter.Locations.Where(l => l.Range is null).Select(l => DwarfExpressionCompiler.Compile(l.Expression, context)).FirstOrDefault();
            if (whole is DwarfPlace.Known || whole is DwarfPlace.InRegister { Register: var register } && !CallingConvention.IsPreserved(register))
                return whole;
            if (!function.IsConventionChanged && (whole is DwarfPlace.InMemory or DwarfPlace.InRegister || isGlobal) && abi[k] is not DwarfPlace.Nowhere)
                return abi[k];
            return abi[k] as DwarfPlace.Nowhere ?? new DwarfPlace.Nowhere("the compiler optimised it away");
        });
    }

    /// <summary>The parameters of a function, or of an inlined instance, at an instruction within.</summary>
    public static IReadOnlyList<BoundParameter> Within(DwarfSubprogram function, DwarfContext context)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Bind(function.Parameters, (parameter, _) => PlaceAt(parameter, context));
    }

    /// <summary>The variables in scope at an instruction; of those with one name the innermost.</summary>
    public static IReadOnlyList<BoundParameter> Locals(DwarfSubprogram function, DwarfContext context)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(context);
        var variables = function.VariablesAt(context.Address).Where(v => v.Name is { Length: > 0 }).DistinctBy(v => v.Name).ToArray();
        return Bind(variables, (variable, _) => PlaceAt(variable, context));
    }

    /// <summary><c>retval</c> at a function's ret, and <c>retval_high</c> for a structure in two registers; nothing for void.</summary>
    public static IReadOnlyList<BoundParameter> AtReturn(DwarfType result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var places = CallingConvention.Results(result);
        if (places is [DwarfPlace.InRegister first, ..] && TypedValue.IsAggregate(result.Underlying))
            return [.. places.Select((p, k) => Raw(k == 0 ? "retval" : "retval_high", ((DwarfPlace.InRegister)p).Register))];
        if (places.Count > 1)
            return [new(new("retval", TypedValue.TypeOf(result)), new UnavailableExpression(TypedValue.TypeOf(result), $"values of type {result} are not supported"))];
        return [.. places.Select(p => new BoundParameter(new("retval", TypedValue.TypeOf(result)) { DebugType = result }, TypedValue.At(p, result)))];
    }

    /// <summary><c>arg0</c> to <c>arg5</c> as the registers of integer arguments, for functions without debugging information.</summary>
    public static IReadOnlyList<BoundParameter> OfRegisters() =>
    [
        .. CallingConvention.IntegerArguments.Select((register, k) => new BoundParameter(
            new("arg" + k.ToString(CultureInfo.InvariantCulture), IntegerType.Int64), Build.Convert(Build.Register(register), IntegerType.Int64))),
    ];

    /// <summary><c>retval</c> as the register of integer results, for functions without debugging information.</summary>
    public static IReadOnlyList<BoundParameter> OfResultRegister() =>
        [new(new("retval", IntegerType.Int64), Build.Convert(Build.Register(X64Register.Rax), IntegerType.Int64))];

    private static DwarfPlace PlaceAt(DwarfParameter variable, DwarfContext context)
    {
        if (variable.TryGetLocation(context.Address, out var location))
            return DwarfExpressionCompiler.Compile(location, context);
        return variable.ConstantValue is { } constant ? new DwarfPlace.Known(Build.Constant((ulong)constant)) : new DwarfPlace.Nowhere("it is optimised out here");
    }

    private static List<BoundParameter> Bind(IReadOnlyList<DwarfParameter> variables, Func<DwarfParameter, int, DwarfPlace> placeOf)
    {
        var bound = new List<BoundParameter>(variables.Count);
        for (var k = 0; k < variables.Count; k++)
        {
            var parameter = variables[k];
            var name = parameter.Name is { Length: > 0 } given && bound.TrueForAll(b => b.Parameter.Name != given)
                ? given
                : "arg" + k.ToString(CultureInfo.InvariantCulture);
            var place = placeOf(parameter, k);
            bound.Add(SmallStructure(name, place, parameter.Type)
                ?? new(new(name, TypedValue.TypeOf(parameter.Type)) { DebugType = parameter.Type }, TypedValue.At(place, parameter.Type)));
        }

        return bound;
    }

    // A structure in one register has no address: its bits are better than nothing.
    private static BoundParameter? SmallStructure(string name, DwarfPlace place, DwarfType type) =>
        place is DwarfPlace.InRegister { Register: <= X64Register.R15 } register && type.Underlying is { IsStruct: true, ByteSize: > 0 and <= 8 and var size }
            ? new(new(name, IntegerType.UInt64), size == 8 ? Build.Register(register.Register) : Build.Bits(Build.Register(register.Register), 0, (int)size * 8))
            : null;

    private static BoundParameter Raw(string name, X64Register register) => register <= X64Register.R15
        ? new(new(name, IntegerType.UInt64), Build.Register(register))
        : new(new(name, FloatType.Double), new FloatExpression(new VectorExpression(register), FloatType.Double));
}
