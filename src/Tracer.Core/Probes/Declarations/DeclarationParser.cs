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

    private readonly List<(string Text, int Index)> _tokens = [];
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
                _tokens.Add((token.Value, token.Index));
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
        words.RemoveAll(TypeNames.IsQualifier);
        var isPointer = words.Contains("*");
        // The last word is a name when there is a type before it.
        var named = words.Count > 1 && IsName(words[^1]) && !IsBasic(words[^1]) && (words[^2] == "*" || IsBasic(words[^2]) || !TypeNames.IsTag(words[0]) || words.Count > 2);
        var name = named ? words[^1] : null;
        string[] type = [.. words.Take(named ? words.Count - 1 : words.Count).Where(w => w != "*")];
        if (isPointer)
            return new(name, type is ["char"] && words.Count(w => w == "*") == 1 ? TextType.Instance : IntegerType.UInt64);
        return new(name, TypeOf(string.Join(' ', type)));
    }

    private static bool IsBasic(string word) => TypeNames.IsBasicWord(word) || TypeNames.IsTypedef(word) || word is "_Bool" or "bool";

    private static ExpressionType? TypeOf(string name) => name switch
    {
        "string" => TextType.Instance,
        "bool" or "_Bool" => IntegerType.UInt8,
        "float" => FloatType.Single,
        "double" => FloatType.Double,
        _ => TypeNames.IntegerNamed(name),
    };

    private static bool IsName(string token) => token.Length > 0 && (char.IsAsciiLetter(token[0]) || token[0] == '_');

    private string Peek() => _at < _tokens.Count ? _tokens[_at].Text : "";

    private string Next() => _at < _tokens.Count ? _tokens[_at++].Text : "";

    private bool Fail(string rule, out string error)
    {
        // "provider" has been read, at least.
        error = $"Line {LineAt(_tokens[_at - 1].Index)}: {rule}.";
        return false;
    }

    private int LineAt(int index) => 1 + text.AsSpan(0, index).Count('\n');

    [GeneratedRegex(@"\s+|//[^\n]*|/\*[\s\S]*?(\*/|\z)|#[^\n]*|(?<token>[A-Za-z_][A-Za-z0-9_\-]*|[0-9]+|[{}()\[\],;:*=<>@/.""'!+-])")]
    private static partial Regex Token();
}
