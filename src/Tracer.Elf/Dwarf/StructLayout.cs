using System.Globalization;
using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>Where the members of a structure, union or class lie.</summary>
public sealed class StructLayout
{
    // Anonymous members may nest, but honest ones nest a few levels deep; the budget bounds types that contain themselves.
    private const int MaxVisits = 4096;
    private const int MaxDepth = 16;

    internal StructLayout(string name, DwarfType type)
    {
        Name = name;
        Type = type;
    }

    /// <summary>The name it was found by, or its tag; empty for an anonymous one.</summary>
    public string Name { get; }

    /// <summary>Its size in bytes.</summary>
    public long ByteSize => Type.ByteSize ?? 0;

    /// <summary>The type itself.</summary>
    public DwarfType Type { get; }

    /// <summary>The members in the order of the declaration; C++ base classes are members without a name.</summary>
    public IReadOnlyList<StructMember> Members => Type.Members;

    /// <summary>
    /// Follows a path of names, such as <c>_base.state.kind</c>, through members by value; anonymous structures and unions on the way need not be named.
    /// </summary>
    /// <param name="path">Member names divided by dots.</param>
    /// <param name="field">The member with offsets from the start of this structure.</param>
    /// <returns>Whether there is such a member.</returns>
    public bool TryGetField(string path, out StructMember field)
    {
        ArgumentNullException.ThrowIfNull(path);
        field = null!;
        var type = Type;
        long offset = 0;
        int visits = 0;
        foreach (string name in path.Split('.'))
        {
            if (name.Length == 0 || Find(type, name, 0, ref visits) is not { } member)
                return false;
            offset = unchecked(offset + member.ByteOffset);
            field = member with { ByteOffset = offset };
            type = member.Type.Underlying;
        }
        return true;
    }

    /// <summary>The member at a path, or null; see <see cref="TryGetField"/>.</summary>
    /// <param name="path">Member names divided by dots.</param>
    /// <returns>The member with offsets from the start of this structure.</returns>
    public StructMember? Field(string path) => TryGetField(path, out var field) ? field : null;

    /// <summary>The definition in C with the offset of each member, one a line.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(Type.ToString()).Append(" {\n");
        foreach (var member in Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {member};  /* {member.ByteOffset}");
            if (member.IsBitField)
                text.Append(CultureInfo.InvariantCulture, $":{member.BitOffset}");
            text.Append(" */\n");
        }
        return text.Append(CultureInfo.InvariantCulture, $"}};  /* {ByteSize} bytes */").ToString();
    }

    private static StructMember? Find(DwarfType type, string name, int depth, ref int visits)
    {
        foreach (var member in type.Members)
        {
            if (++visits > MaxVisits)
                return null;
            if (member.Name == name)
                return member;
        }
        foreach (var member in type.Members)
        {
            if (member.Name is null && depth < MaxDepth && Find(member.Type.Underlying, name, depth + 1, ref visits) is { } inner)
                return inner with { ByteOffset = unchecked(member.ByteOffset + inner.ByteOffset) };
        }
        return null;
    }
}
