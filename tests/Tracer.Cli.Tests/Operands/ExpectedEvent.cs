using System.Globalization;

namespace Tracer.Cli.Tests.Operands;

/// <summary>One event as the program printed it: <c>event PROBE (TYPE VALUE)*</c>, separated by tabs.</summary>
internal sealed record ExpectedEvent(string Probe, IReadOnlyList<(string Type, string Value)> Values)
{
    public static ExpectedEvent? Parse(string line)
    {
        var fields = line.Split('\t');
        if (fields[0] != "event")
            return null;
        var values = new List<(string, string)>();
        for (var k = 2; k + 1 < fields.Length; k += 2)
            values.Add((fields[k], fields[k + 1]));
        return new ExpectedEvent(fields[1], values);
    }

    /// <summary>
    /// Text must be asked for, since a note does not tell a pointer from a string; so must integers in vector registers, which are taken for floats. All
    /// other types are the note's own.
    /// </summary>
    public string Spec => $"operands:{Probe}({string.Join(", ", Values.Select(SpecType))})";

    /// <summary>Whether a traced value is the printed one.</summary>
    public static bool Same((string Type, string Value) expected, Core.Events.TraceValue traced) => expected.Type switch
    {
        "str" => traced.Text == expected.Value,
        "f32" => (float)traced.Double == (float)Number(expected.Value) && double.IsNegative(traced.Double) == expected.Value.StartsWith('-'),
        "f64" => traced.Double == Number(expected.Value) && double.IsNegative(traced.Double) == expected.Value.StartsWith('-'),
        _ => traced.HasValue && traced.ToString() == expected.Value,
    };

    private string SpecType((string Type, string Value) value) => value.Type switch
    {
        "str" => "string",
        ['i', .. var bits] when Probe.StartsWith("hand_xmm", StringComparison.Ordinal) => "int" + bits,
        ['u', .. var bits] when Probe.StartsWith("hand_xmm", StringComparison.Ordinal) => "uint" + bits,
        _ => "_",
    };

    private static double Number(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
