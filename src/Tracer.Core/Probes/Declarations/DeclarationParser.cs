using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Tracer.Core.Expressions;

namespace Tracer.Core.Probes.Declarations;

/// <summary>
/// Reads provider definitions: <c>provider NAME { probe NAME(TYPE [NAME], ...); ... };</c>. Comments, lines that begin with # (pragmas, includes) and what stands outside of providers (typedefs,
/// structures) are passed over: types that are not C's own keep what the note says.
/// </summary>
internal sealed partial class DeclarationParser(string text)
{
    private const int LongestText = 1 << 20;

    private readonly List<(string Text, int Line)> _tokens = [];
    private int _at;

    public bool TryParse(out Dictionary<(string Provider, string Probe), IReadOnlyList<DeclaredParameter>> probes, [NotNullWhen(false)] out string? error)
    {
        probes = [];
        if (text.Length > LongestText)
        {
            error = $"It has {text.Length} characters; {LongestText} are read at most.";
            return false;
        }

        var end = 0;
        foreach (Match match in Token().Matches(text))
        {
            if (match.Index != end)
                break;
            end = match.Index + match.Length;
            if (match.Groups["token"] is { Success: true } token)
                _tokens.Add((token.Value, LineAt(token.Index)));
        }

        if (end != text.Length)
        {
            error = $"Line {LineAt(end)}: '{text[end]}' is not expected here.";
            return false;
        }

        while (_at < _tokens.Count)
        {
            if (Next() != "provider")
                continue;
            if (!TryProvider(probes, out error))
                return false;
        }

        error = null;
        return true;
    }

    private bool TryProvider(Dictionary<(string, string), IReadOnlyList<DeclaredParameter>> probes, [NotNullWhen(false)] out string? error)
    {
        var provider = Next();
        if (!IsName(provider) || Next() != "{")
            return Fail("a provider has a name and its probes in braces", out error);
        while (Peek() == "probe")
        {
            _at++;
            var name = Next();
            if (!IsName(name) || Next() != "(")
                return Fail("a probe has a name and its parameters in parentheses", out error);
            var parameters = new List<DeclaredParameter>();
            while (Peek() is not (")" or ";" or "{" or "}" or ""))
            {
                var words = new List<string>();
                while (Peek() is { Length: > 0 } word && word is not ("," or ")" or ";" or "{" or "}"))
                    words.Add(Next());
                if (words.Count == 0)
                    return Fail("a parameter has a type", out error);
                if (words is not ["void"])
                    parameters.Add(Declared(words));
                if (Peek() == ",")
                    _at++;
            }

            if (Next() != ")")
                return Fail("the parameters of a probe end with a parenthesis", out error);
            // (char *) : (char *, int) translates them for users of dtrace; the note has the first.
            while (Peek() is not (";" or "" or "}"))
                _at++;
            if (Next() != ";")
                return Fail("a probe ends with a semicolon", out error);
            probes[(provider, name)] = parameters;
        }

        if (Next() != "}")
            return Fail("a provider has probes and ends with a brace", out error);
        error = null;
        return true;
    }

    private static DeclaredParameter Declared(List<string> words)
    {
        words.RemoveAll(w => w is "const" or "volatile" or "restrict");
        var isPointer = words.Contains("*");
        // The last word is a name when there is a type before it.
        var named = words.Count > 1 && IsName(words[^1]) && !IsBasic(words[^1]) && (words[^2] == "*" || IsBasic(words[^2]) || words[0] is not ("struct" or "union" or "enum") || words.Count > 2);
        var name = named ? words[^1] : null;
        string[] type = [.. words.Take(named ? words.Count - 1 : words.Count).Where(w => w != "*")];
        if (isPointer)
            return new(name, type is ["char"] && words.Count(w => w == "*") == 1 ? TextType.Instance : IntegerType.UInt64);
        return new(name, TypeOf([.. type.Order(StringComparer.Ordinal)]));
    }

    private static bool IsBasic(string word) => word is "char" or "short" or "int" or "long" or "signed" or "unsigned" or "float" or "double" or "_Bool" or "bool" or "string" || Sized(word) is not null;

    // The words of a type in alphabetical order.
    private static ExpressionType? TypeOf(string[] words) => string.Join(' ', words) switch
    {
        "string" => TextType.Instance,
        "char" or "char signed" => IntegerType.Int8,
        "char unsigned" or "bool" or "_Bool" => IntegerType.UInt8,
        "short" or "int short" or "short signed" => IntegerType.Int16,
        "short unsigned" or "int short unsigned" => IntegerType.UInt16,
        "int" or "signed" or "int signed" => IntegerType.Int32,
        "unsigned" or "int unsigned" => IntegerType.UInt32,
        "long" or "int long" or "long signed" or "long long" or "int long long" => IntegerType.Int64,
        "long unsigned" or "int long unsigned" or "long long unsigned" or "int long long unsigned" => IntegerType.UInt64,
        "float" => FloatType.Single,
        "double" => FloatType.Double,
        var one => Sized(one),
    };

    private static IntegerType? Sized(string name) => name switch
    {
        "int8_t" => IntegerType.Int8,
        "int16_t" => IntegerType.Int16,
        "int32_t" or "pid_t" => IntegerType.Int32,
        "int64_t" or "ssize_t" or "intptr_t" or "off_t" or "time_t" => IntegerType.Int64,
        "uint8_t" => IntegerType.UInt8,
        "uint16_t" => IntegerType.UInt16,
        "uint32_t" or "uid_t" or "gid_t" or "uint_t" => IntegerType.UInt32,
        "uint64_t" or "size_t" or "uintptr_t" or "ulong_t" => IntegerType.UInt64,
        _ => null,
    };

    private static bool IsName(string token) => token.Length > 0 && (char.IsAsciiLetter(token[0]) || token[0] == '_');

    private string Peek() => _at < _tokens.Count ? _tokens[_at].Text : "";

    private string Next() => _at < _tokens.Count ? _tokens[_at++].Text : "";

    private bool Fail(string rule, out string error)
    {
        var line = _tokens.Count == 0 ? 1 : _tokens[Math.Clamp(_at - 1, 0, _tokens.Count - 1)].Line;
        error = $"Line {line}: {rule}.";
        return false;
    }

    private int LineAt(int index) => 1 + text.AsSpan(0, index).Count('\n');

    [GeneratedRegex(@"\s+|//[^\n]*|/\*[\s\S]*?(\*/|\z)|#[^\n]*|(?<token>[A-Za-z_][A-Za-z0-9_\-]*|[0-9]+|[{}()\[\],;:*=<>@/.""'!+-])")]
    private static partial Regex Token();
}
