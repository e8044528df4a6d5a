using System.Globalization;

namespace Tracer.Output.Text;

/// <summary>Nanoseconds in the unit that suits them, with three digits: <c>512ns</c>, <c>1.02us</c>, <c>16.4ms</c>, <c>2.1s</c>.</summary>
internal static class DurationFormat
{
    private static readonly (double Size, string Name)[] Units = [(1e9, "s"), (1e6, "ms"), (1e3, "us")];

    public static string Format(double nanoseconds)
    {
        // Half a unit in the third digit rounds up into the next unit.
        var magnitude = Math.Abs(nanoseconds) * 1.0005;
        foreach (var (size, name) in Units)
        {
            if (magnitude >= size)
                return ThreeDigits(nanoseconds / size) + name;
        }

        return ThreeDigits(nanoseconds) + "ns";
    }

    private static string ThreeDigits(double value)
    {
        var format = Math.Abs(value) switch { < 9.995 => "0.##", < 99.95 => "0.#", _ => "0" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
