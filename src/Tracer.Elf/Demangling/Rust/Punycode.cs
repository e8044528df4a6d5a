using System.Text;

namespace Tracer.Elf.Demangling.Rust;

/// <summary>Decodes Punycode (RFC 3492) as Rust uses it in identifiers: the delimiter is an underscore.</summary>
internal static class Punycode
{
    // RFC 3492, section 5.
    private const int Base = 36, TMin = 1, TMax = 26, Skew = 38, Damp = 700, InitialBias = 72, InitialN = 128;

    // Identifiers are written by people.
    private const int MaxScalars = 512;

    /// <summary>Decodes an identifier; null when it is malformed or very long.</summary>
    /// <param name="basic">The ASCII letters.</param>
    /// <param name="extended">The digits that tell the others and where they go.</param>
    public static string? Decode(ReadOnlySpan<char> basic, ReadOnlySpan<char> extended)
    {
        if (basic.Length > MaxScalars || extended.IsEmpty)
            return null;
        var output = new List<int>(basic.Length);
        foreach (char letter in basic)
            output.Add(letter);
        int n = InitialN, bias = InitialBias;
        long i = 0;
        while (!extended.IsEmpty)
        {
            long before = i, weight = 1;
            for (int k = Base; ; k += Base)
            {
                if (extended.IsEmpty || DigitOf(extended[0]) is not (>= 0 and var digit))
                    return null;
                extended = extended[1..];
                i += digit * weight;
                int threshold = Math.Clamp(k - bias, TMin, TMax);
                if (i > int.MaxValue)
                    return null;
                if (digit < threshold)
                    break;
                weight *= Base - threshold;
                if (weight > int.MaxValue)
                    return null;
            }
            int count = output.Count + 1;
            bias = Adapt(i - before, count, before == 0);
            n += (int)(i / count);
            i %= count;
            if (!Rune.IsValid(n) || count > MaxScalars)
                return null;
            output.Insert((int)i++, n);
        }
        var text = new StringBuilder();
        foreach (int scalar in output)
            text.Append(new Rune(scalar).ToString());
        return text.ToString();
    }

    private static int DigitOf(char letter) => letter switch
    {
        >= 'a' and <= 'z' => letter - 'a',
        >= '0' and <= '9' => letter - '0' + 26,
        _ => -1,
    };

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        int k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return k + (int)((Base - TMin + 1) * delta / (delta + Skew));
    }
}
