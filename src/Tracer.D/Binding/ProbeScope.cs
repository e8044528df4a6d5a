using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.D.Binding;

/// <summary>
/// The names of one probe: its parameters by name; <c>arg0</c>, <c>arg1</c>, ... the parameters by position as int64, as D has them; and the values
/// of the hit (<c>pid</c>, <c>timestamp</c>, ...). A parameter hides a value of the hit of the same name, because <c>list</c> shows parameters.
/// The address of a text parameter is not known before the probe's site is, so <c>argN</c> of one is refused, except as <c>copyinstr(argN)</c>, which
/// is the text itself.
/// </summary>
/// <param name="probe">The probe.</param>
/// <param name="debugTypes">What debug information knows of its parameters; null when there is none.</param>
/// <param name="surroundings">What else has names, after all that; null when nothing has.</param>
public sealed class ProbeScope(Probe probe, IDebugTypes? debugTypes = null, ISurroundings? surroundings = null) : Scope
{
    /// <inheritdoc/>
    public override string Owner => probe.FullName;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OwnNames { get; } = [.. probe.Parameters.Select(p => p.Name)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OtherNames => BuiltInNames.All;

    /// <inheritdoc/>
    public override IDebugTypes? DebugTypes => debugTypes;

    /// <inheritdoc/>
    public override NameResolution? Resolve(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var k = 0; k < probe.Parameters.Count; k++)
        {
            if (probe.Parameters[k].Name == name)
                return new NameResolution(ParameterAt(k));
        }

        if (TryGetPosition(name, out var position))
            return ByPosition(name, position);
        return BuiltInNames.TryGet(name, out var value) ? new NameResolution(value) : surroundings?.Resolve(name);
    }

    /// <inheritdoc/>
    public override NameResolution? Call(string function, Expression address) => surroundings?.Call(function, address);

    /// <summary>The text parameter that <c>argN</c> means; null when the name is none or the parameter is no text.</summary>
    internal TypedExpression? TextByPosition(string name) =>
        TryGetPosition(name, out var position) && position < probe.Parameters.Count && probe.Parameters[position].Type is TextType ? ParameterAt(position) : null;

    private TypedExpression ParameterAt(int index)
    {
        var expression = new ParameterExpression(index, probe.Parameters[index].Type);
        return expression.Type is IntegerType && debugTypes?.TypeOfParameter(index) is { } type ? WithType(expression, type) : TypedExpression.Of(expression);
    }

    // Debug information may be of another build, or describe what the note's operand only approximates: only what fits an integer is believed.
    private static TypedExpression WithType(Expression integer, DType type) => type switch
    {
        PointerDType or ReferenceDType or StructDType or ArrayDType => new TypedExpression(type, Folding.ToUInt64(integer)),
        IntegerDType i => new TypedExpression(type, Folding.Convert(integer, i.Integer)),
        _ => TypedExpression.Of(integer),
    };

    private NameResolution ByPosition(string name, int position)
    {
        if (position >= probe.Parameters.Count)
        {
            return new NameResolution(null, probe.Parameters.Count switch
            {
                0 => $"{probe.FullName} has no parameters, so there is no {name}",
                1 => $"{probe.FullName} has one parameter, arg0, and no {name}",
                var count => $"{probe.FullName} has {count} parameters, arg0 to arg{count - 1}, and no {name}",
            });
        }

        var parameter = probe.Parameters[position];
        return parameter.Type switch
        {
            IntegerType integer => new NameResolution(TypedExpression.Of(Folding.Convert(new ParameterExpression(position, integer), IntegerType.Int64))),
            var type => new NameResolution(
                null,
                $"{name} of {probe.FullName} is the {type} {parameter.Name}, which has no number",
                type is TextType ? $"write {parameter.Name}, which is a string already" : $"write {parameter.Name}"),
        };
    }

    private static bool TryGetPosition(string name, out int position)
    {
        position = 0;
        return name.Length is > 3 and < 6 && name.StartsWith("arg", StringComparison.Ordinal) && (name.Length == 4 || name[3] != '0')
            && int.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out position);
    }
}
