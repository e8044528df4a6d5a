using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Numbers of the target, printed as repr() prints them.</summary>
public static class PythonNumbers
{
    private const int DigitBits = 30;

    /// <summary>An int of 3.x or long of 2.7: digits of 30 bits, least first.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="address">The object.</param>
    /// <param name="mostBits">A longer one is null.</param>
    /// <param name="bits">How many bits its digits have.</param>
    public static BigInteger? Integer(PythonMemory memory, PythonObjectLayout layout, ulong address, int mostBits, out ulong bits)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(layout);
        var tag = memory.Int64(address + PythonObjectLayout.Size);
        // Include/cpython/longintrepr.h, since 3.12 lv_tag: digits times 8, and 0 for a positive, 1 for zero, 2 for a negative number.
        var isNegative = layout.IsAtLeast(3, 12) ? (tag & 3) == 2 : tag < 0;
        var digits = layout.IsAtLeast(3, 12) ? (tag & 3) == 1 ? 0 : (ulong)tag >> 3 : (ulong)Math.Abs(Math.Max(tag, -long.MaxValue));
        bits = digits * DigitBits;
        if (digits > (ulong)mostBits / DigitBits + 1)
            return null;
        var bytes = new byte[digits * 4];
        memory.Bytes(address + PythonObjectLayout.Digits, bytes);
        var value = BigInteger.Zero;
        for (var k = (int)digits - 1; k >= 0; k--)
            value = (value << DigitBits) + BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * k));
        return isNegative ? -value : value;
    }

    /// <summary>A float as repr() prints it: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16 on.</summary>
    /// <param name="value">The number.</param>
    /// <param name="point">Whether a whole number ends in <c>.0</c>.</param>
    public static string Float(double value, bool point = true)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        // "d.ddddE±xxx" with as many digits as are needed.
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 16; precision++)
        {
            var shorter = value.ToString("E" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (BitConverter.DoubleToInt64Bits(double.Parse(shorter, CultureInfo.InvariantCulture)) != BitConverter.DoubleToInt64Bits(value))
                continue;
            scientific = shorter;
            break;
        }

        var at = scientific.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(at + 1)..], CultureInfo.InvariantCulture);
        var sign = scientific[0] == '-' ? "-" : "";
        var digits = scientific[sign.Length..at].Replace(".", "", StringComparison.Ordinal);
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length > exponent + 1
            ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : sign + digits.PadRight(exponent + 1, '0') + (point ? ".0" : "");
    }

    /// <summary>A complex number: <c>(1+2j)</c>, and <c>2j</c> without a real part.</summary>
    public static string Complex(double real, double imaginary)
    {
        if (real == 0 && !double.IsNegative(real))
            return Float(imaginary, point: false) + "j";
        var sign = double.IsNegative(imaginary) && !double.IsNaN(imaginary) ? "" : "+";
        return $"({Float(real, point: false)}{sign}{Float(imaginary, point: false)}j)";
    }
}
