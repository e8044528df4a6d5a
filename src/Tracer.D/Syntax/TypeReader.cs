using Tracer.Core.Expressions;

namespace Tracer.D.Syntax;

/// <summary>Recognises a type at the head of some tokens, without complaining when there is none.</summary>
internal static class TypeReader
{
    /// <summary>The type and the number of its tokens; null when there is none.</summary>
    public static (TypeSyntax Type, int Length)? TryRead(ReadOnlySpan<Token> tokens)
    {
        var words = new List<string>();
        var k = 0;
        for (; tokens[k].Kind == TokenKind.Name; k++)
        {
            var word = tokens[k].Text;
            if (TypeNames.IsQualifier(word))
                continue;
            var joins = words.Count == 0 || (TypeNames.IsBasicWord(word) && words.TrueForAll(TypeNames.IsBasicWord)) || (words.Count == 1 && TypeNames.IsTag(words[0]));
            if (!joins)
                return null;
            words.Add(word);
        }

        var pointers = 0;
        for (; tokens[k].Is("*") || (pointers > 0 && TypeNames.IsQualifier(tokens[k].Text)); k++)
            pointers += tokens[k].Is("*") ? 1 : 0;
        if (words.Count == 0 || (words.Count == 1 && TypeNames.IsTag(words[0])))
            return null;
        return (new TypeSyntax(string.Join(' ', words), pointers, tokens[0].Span.To(tokens[k - 1].Span)), k);
    }

    /// <summary>Whether it is a type for sure, by its words or its stars, and not a name that only stands where a type could.</summary>
    public static bool IsCertain(TypeSyntax type)
    {
        var first = type.Name.Split(' ')[0];
        return type.Pointers > 0 || TypeNames.IsTag(first) || TypeNames.IsBasicWord(first) || TypeNames.IsTypedef(first);
    }
}
