using System.Globalization;
using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>Writes types as C declarations, from the name outwards: <c>int (*name[4])(char)</c>.</summary>
internal struct CTypePrinter
{
    // Broken input may name types that contain themselves and names without end: what is written stays short all the same.
    private const int MaxTypes = 128;
    private const int MaxDimensions = 16;
    private const int MaxName = 512;

    private int _types;

    public static string Print(DwarfType type, string name) => new CTypePrinter().Write(type, name);

    private string Write(DwarfType type, string declarator)
    {
        if (++_types > MaxTypes)
            return "...";
        bool bare = true; // The last thing put around the declarator was no '*', so that a suffix needs no parentheses.
        for (int i = 0; i < DwarfType.MaxChain; i++)
        {
            switch (type.Kind)
            {
                case DwarfTypeKind.Pointer or DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference:
                    string sign = type.Kind switch { DwarfTypeKind.Pointer => "*", DwarfTypeKind.Reference => "&", _ => "&&" };
                    declarator = sign + declarator;
                    bare = false;
                    break;
                case DwarfTypeKind.Array:
                    declarator = Enclose(declarator, bare) + Bounds(type);
                    bare = true;
                    break;
                case DwarfTypeKind.Function:
                    declarator = Enclose(declarator, bare) + Parameters(type);
                    bare = true;
                    break;
                case DwarfTypeKind.Const or DwarfTypeKind.Volatile or DwarfTypeKind.Restrict or DwarfTypeKind.Atomic:
                    string qualifier = Qualifier(type.Kind);
                    // Behind a '*' it qualifies the pointer and stands to its right; else it goes before the name of the type.
                    if (type.Target.Kind is not (DwarfTypeKind.Pointer or DwarfTypeKind.Array))
                        return qualifier + " " + Write(type.Target, declarator);
                    declarator = declarator.Length == 0 ? qualifier : qualifier + " " + declarator;
                    break;
                default:
                    return declarator.Length == 0 ? BaseName(type) : BaseName(type) + " " + declarator;
            }
            type = type.Target;
        }
        return "... " + declarator;
    }

    private static string Enclose(string declarator, bool bare) => bare ? declarator : $"({declarator})";

    private static string Bounds(DwarfType type)
    {
        if (type.Dimensions.Count == 0)
            return "[]";
        var text = new StringBuilder();
        foreach (var count in type.Dimensions.Take(MaxDimensions))
            text.Append('[').Append(count?.ToString(CultureInfo.InvariantCulture)).Append(']');
        return text.ToString();
    }

    private string Parameters(DwarfType type)
    {
        if (type.Parameters.Count == 0)
            return type.IsVariadic ? "()" : "(void)";
        var text = new StringBuilder("(");
        foreach (var parameter in type.Parameters)
        {
            if (_types >= MaxTypes)
                return text.Append("...)").ToString();
            text.Append(Write(parameter, "")).Append(", ");
        }
        if (type.IsVariadic)
            text.Append("..., ");
        text.Length -= 2;
        return text.Append(')').ToString();
    }

    private static string Qualifier(DwarfTypeKind kind) => kind switch
    {
        DwarfTypeKind.Const => "const",
        DwarfTypeKind.Volatile => "volatile",
        DwarfTypeKind.Restrict => "restrict",
        _ => "_Atomic",
    };

    private static string BaseName(DwarfType type) => type.Kind switch
    {
        DwarfTypeKind.Void => "void",
        DwarfTypeKind.Struct => "struct " + Shorten(type.Name ?? "{...}"),
        DwarfTypeKind.Class => "class " + Shorten(type.Name ?? "{...}"),
        DwarfTypeKind.Union => "union " + Shorten(type.Name ?? "{...}"),
        DwarfTypeKind.Enum => "enum " + Shorten(type.Name ?? "{...}"),
        _ => Shorten(type.Name ?? "?"),
    };

    private static string Shorten(string name) => name.Length <= MaxName ? name : name[..MaxName] + "...";
}
