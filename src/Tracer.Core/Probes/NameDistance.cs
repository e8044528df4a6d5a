namespace Tracer.Core.Probes;

/// <summary>Levenshtein's distance between two names: how many letters must be inserted, deleted or replaced.</summary>
public static class NameDistance
{
    /// <summary>The distance; names longer than 256 letters count as far apart.</summary>
    public static int Between(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        const int Longest = 256;
        if (left.Length > Longest || right.Length > Longest)
            return Longest;
        Span<int> row = stackalloc int[Longest + 1];
        for (var k = 0; k <= right.Length; k++)
            row[k] = k;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var k = 1; k <= right.Length; k++)
            {
                var above = row[k];
                var replaced = diagonal + (left[i - 1] == right[k - 1] ? 0 : 1);
                row[k] = Math.Min(replaced, Math.Min(row[k - 1], above) + 1);
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
