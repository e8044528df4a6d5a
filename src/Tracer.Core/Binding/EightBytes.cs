using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>How a value is divided for passing (psABI 3.2.3, "Classification"): the classes of its eightbytes, or that it goes through memory.</summary>
internal sealed record EightBytes(IReadOnlyList<EightByteClass> Classes, bool InMemory, long Size, int Alignment = 8)
{
    private const int MaximumDepth = 16;

    // A structure in registers has 16 members at most.
    private const int MaximumMembers = 64;

    /// <summary>The division of a type; null when the type is not understood.</summary>
    public static EightBytes? Of(DwarfType type)
    {
        var bare = type.Underlying.Definition;
        if (bare.Kind == DwarfTypeKind.Void)
            return new([], false, 0);
        if (TypedValue.IsPointer(bare) || bare.Kind == DwarfTypeKind.Unspecified)
            return new([EightByteClass.Integer], false, 8);
        if (bare.ByteSize is not { } size)
            return null;
        if (bare.IsPassedByReference)
            return new([], true, size);
        switch (bare.Kind)
        {
            case DwarfTypeKind.Enum:
                return size <= 8 ? new([EightByteClass.Integer], false, size) : null;
            case DwarfTypeKind.Base:
                return OfBase(bare, size);
            // Arrays are not passed by value: this is a vector.
            case DwarfTypeKind.Array:
                return new([EightByteClass.Sse], false, size, size > 8 ? 16 : 8);
            case DwarfTypeKind.Struct or DwarfTypeKind.Class or DwarfTypeKind.Union:
                return OfStruct(bare, size);
            default:
                return null;
        }
    }

    private static EightBytes? OfBase(DwarfType bare, long size) => (bare.Encoding, size) switch
    {
        (DwarfEncoding.Float, <= 8) => new([EightByteClass.Sse], false, size),
        (DwarfEncoding.Float, 16) when bare.Name is "_Float128" or "__float128" => new([EightByteClass.Sse], false, size, 16),
        (DwarfEncoding.Float, 16) => new([], true, size, 16),
        (DwarfEncoding.ComplexFloat, <= 8) => new([EightByteClass.Sse], false, size),
        (DwarfEncoding.ComplexFloat, 16) => new([EightByteClass.Sse, EightByteClass.Sse], false, size),
        (DwarfEncoding.ComplexFloat, _) => new([], true, size, 16),
        (DwarfEncoding.DecimalFloat, _) => size <= 16 ? new([EightByteClass.Sse], false, size) : null,
        (_, <= 8) => new([EightByteClass.Integer], false, size),
        (_, 16) => new([EightByteClass.Integer, EightByteClass.Integer], false, size, 16),
        _ => null,
    };

    private static EightBytes? OfStruct(DwarfType bare, long size)
    {
        if (bare.IsDeclaration)
            return null;
        if (size > 16)
            return new([], true, size);
        var classes = new EightByteClass?[2];
        var members = 0;
        var verdict = Classify(bare, 0, classes, 0, ref members);
        if (verdict is not { } inRegisters)
            return null;
        if (!inRegisters)
            return new([], true, size);
        // A hole of eight bytes in front cannot be: an eightbyte without members is padding and not passed.
        return new([.. classes.Where(c => c is not null).Select(c => c!.Value)], false, size);
    }

    // True when the type fits registers, false when it must go through memory, null when it is not understood.
    private static bool? Classify(DwarfType type, long offset, EightByteClass?[] classes, int depth, ref int members)
    {
        var bare = type.Underlying.Definition;
        if (depth > MaximumDepth || ++members > MaximumMembers)
            return null;
        if (bare.IsStruct)
        {
            foreach (var member in bare.Members)
            {
                var result = member.IsBitField
                    ? Merge(classes, offset + member.ByteOffset, EightByteClass.Integer)
                    : Classify(member.Type, offset + member.ByteOffset, classes, depth + 1, ref members);
                if (result is not true)
                    return result;
            }

            return true;
        }

        if (bare.Kind == DwarfTypeKind.Array)
        {
            // A flexible array takes no room.
            if (bare.ByteSize is not { } whole)
                return true;
            if (bare.Target.ByteSize is not { } item || item <= 0 || whole > 16)
                return null;
            for (long at = 0; at < whole; at += item)
            {
                if (Classify(bare.Target, offset + at, classes, depth + 1, ref members) is not true and var result)
                    return result;
            }

            return true;
        }

        if (Of(bare) is not { } parts)
            return null;
        if (parts.InMemory || offset % Math.Min(Math.Max(parts.Size, 1), 16) != 0)
            return false;
        for (var k = 0; k < parts.Classes.Count; k++)
        {
            if (Merge(classes, offset + 8 * k, parts.Classes[k]) is not true and var result)
                return result;
        }

        return true;
    }

    private static bool? Merge(EightByteClass?[] classes, long offset, EightByteClass found)
    {
        if (offset is < 0 or >= 16)
            return null;
        ref var at = ref classes[offset / 8];
        at = at is null ? found : at == EightByteClass.Integer || found == EightByteClass.Integer ? EightByteClass.Integer : EightByteClass.Sse;
        return true;
    }
}
