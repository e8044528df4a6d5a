using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>
/// Follows members from a value of a C type: <c>.name</c> and <c>-&gt;name</c> mean the same and go through pointers and C++ references by themselves,
/// <c>[2]</c> indexes pointers and arrays. Bitfields, anonymous members, base classes and typedefs are seen through.
/// </summary>
public static class MemberAccess
{
    // Longer paths are no paths anybody writes.
    private const int MaximumSteps = 64;

    /// <summary>The value at the end of a path; on failure <paramref name="problem"/> is one clause.</summary>
    /// <param name="value">A site's argument: a pointer, or the address of a structure or array.</param>
    /// <param name="type">Its C type (<see cref="Probes.ProbeParameter.DebugType"/>).</param>
    /// <param name="path">Steps as in C, such as <c>-&gt;items[2].name</c>.</param>
    /// <param name="member">The value found.</param>
    /// <param name="problem">Why there is none.</param>
    public static bool TryFollow(
        Expression value, DwarfType type, string path, [NotNullWhen(true)] out MemberValue? member, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(path);
        member = null;
        problem = null;
        var cursor = new Cursor(value, type);
        var at = 0;
        for (var steps = 0; at < path.Length; steps++)
        {
            if (steps >= MaximumSteps)
                problem = $"the path has more than {MaximumSteps} steps";
            else if (path[at] == '[')
                at = Index(path, at, cursor, ref problem);
            else
                at = Name(path, at, cursor, ref problem);
            if (problem is not null)
                return false;
        }

        member = new MemberValue(cursor.Value, cursor.Type);
        return true;
    }

    private static int Index(string path, int at, Cursor cursor, ref string? problem)
    {
        var end = path.IndexOf(']', at);
        if (end < 0 || !long.TryParse(path.AsSpan(at + 1, end - at - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            problem = $"'{path[at..]}' does not begin with a number in brackets";
        else
            problem = cursor.Index(index);
        return end + 1;
    }

    private static int Name(string path, int at, Cursor cursor, ref string? problem)
    {
        var start = path.AsSpan(at).StartsWith("->", StringComparison.Ordinal) ? at + 2 : path[at] == '.' ? at + 1 : at;
        var end = start;
        while (end < path.Length && (char.IsLetterOrDigit(path[end]) || path[end] is '_' or '$'))
            end++;
        problem = end == start || (start == at && at > 0) ? $"'{path[at..]}' does not begin with a member" : cursor.Member(path[start..end]);
        return end;
    }

    /// <summary>Where the path has led so far: a value, its type, and for arrays of several dimensions how many have been indexed.</summary>
    private sealed class Cursor(Expression value, DwarfType type)
    {
        private int _dimension;

        public Expression Value { get; private set; } = value;

        public DwarfType Type { get; private set; } = type;

        public string? Member(string name)
        {
            if (Value is UnavailableExpression unavailable)
                return unavailable.Reason;
            var bare = Type.Underlying;
            var owner = TypedValue.IsPointer(bare) ? bare.Target.Underlying : bare;
            // A reference to a pointer is one more step.
            if (bare.Kind is DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference && TypedValue.IsPointer(owner))
                return Move(TypedValue.At(new DwarfPlace.InMemory(Value), owner), owner) ?? Member(name);
            if (!owner.IsStruct || _dimension > 0)
                return $"{Type} is no structure and has no member '{name}'";
            if (owner.Definition.Layout is not { } layout)
                return $"{owner} is declared here and defined nowhere in this file";
            if (!layout.TryGetField(name, out var field))
                return Nearest(layout, name);
            if (TypedValue.AddressOf(Value, bare) is not { } address)
                return $"{Type} has no address here";
            return Move(TypedValue.AtMember(address, field), field.Type);
        }

        public string? Index(long index)
        {
            if (Value is UnavailableExpression unavailable)
                return unavailable.Reason;
            var bare = Type.Underlying;
            var element = bare.Target;
            if (bare.Kind is not (DwarfTypeKind.Pointer or DwarfTypeKind.Array) || element.ByteSize is not { } size)
                return $"{Type} cannot be indexed";
            if (TypedValue.AddressOf(Value, bare) is not { } address)
                return $"{Type} has no address here";
            if (bare.Kind == DwarfTypeKind.Pointer)
                return Move(TypedValue.At(new DwarfPlace.InMemory(Build.Offset(address, unchecked(index * size))), element), element);

            var dimensions = bare.Dimensions;
            // An array of one item at a structure's end is C89's way to write one of any length.
            if (index < 0 || (_dimension < dimensions.Count && dimensions[_dimension] is > 1 and { } count && index >= count))
                return $"[{index}] is outside {Type}";
            foreach (var inner in dimensions.Skip(_dimension + 1))
                size = unchecked(size * (inner ?? 0));
            var item = Build.Offset(address, unchecked(index * size));
            if (_dimension + 1 >= dimensions.Count)
                return Move(TypedValue.At(new DwarfPlace.InMemory(item), element), element);
            _dimension++;
            Value = item;
            return null;
        }

        private string? Move(Expression value, DwarfType type)
        {
            (Value, Type, _dimension) = (value, type, 0);
            return value is UnavailableExpression unavailable ? unavailable.Reason : null;
        }

        private static string Nearest(StructLayout layout, string name)
        {
            var near = layout.Members.Where(m => m.Name is not null).Select(m => m.Name!).MinBy(n => Probes.NameDistance.Between(name, n));
            var hint = near is not null && Probes.NameDistance.Between(name, near) <= Math.Max(2, name.Length / 3) ? $"; did you mean '{near}'" : "";
            return $"{layout.Type} has no member '{name}'{hint}";
        }
    }
}
