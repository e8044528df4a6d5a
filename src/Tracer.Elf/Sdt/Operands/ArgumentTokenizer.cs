namespace Tracer.Elf.Sdt.Operands;

/// <summary>Splits an argument list at white space outside brackets: some assemblers' operands have spaces inside (<c>2@[x22, 20]</c>).</summary>
internal static class ArgumentTokenizer
{
    public static List<Range> Split(ReadOnlySpan<char> text)
    {
        var ranges = new List<Range>();
        var depth = 0;
        var start = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '(' or '[')
                depth++;
            else if (c is ')' or ']' && depth > 0)
                depth--;
            if (c is ' ' or '\t' && (depth == 0 || !ClosesLater(text[i..], depth)))
            {
                if (start >= 0)
                    ranges.Add(start..i);
                start = -1;
                depth = 0;
            }
            else if (start < 0)
            {
                start = i;
            }
        }
        if (start >= 0)
            ranges.Add(start..text.Length);
        return ranges;
    }

    // An unbalanced bracket must not swallow the arguments behind it: the next size prefix ("8@") starts a new argument.
    private static bool ClosesLater(ReadOnlySpan<char> rest, int depth)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case '(' or '[':
                    depth++;
                    break;
                case ')' or ']':
                    if (--depth == 0)
                        return true;
                    break;
                case '@' when i > 0 && IsSizePrefix(rest[..i]):
                    return false;
            }
        }
        return false;
    }

    private static bool IsSizePrefix(ReadOnlySpan<char> before)
    {
        var token = before[(before.LastIndexOf(' ') + 1)..];
        token = token is ['-', ..] ? token[1..] : token;
        token = token is [.., 'f'] ? token[..^1] : token;
        return !token.IsEmpty && !token.ContainsAnyExceptInRange('0', '9');
    }
}
