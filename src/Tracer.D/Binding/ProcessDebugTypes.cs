using Tracer.Elf.Dwarf;

namespace Tracer.D.Binding;

/// <summary>The types of a probe's file, and by name those of all other files of its process: casts may name any of them.</summary>
/// <param name="own">The types of the probe and its file.</param>
/// <param name="others">Those of all files, read as they are asked for.</param>
public sealed class ProcessDebugTypes(IDebugTypes own, IEnumerable<DwarfTypes> others) : IDebugTypes
{
    private readonly List<DwarfDebugTypes> _read = [];
    private readonly Lazy<IEnumerator<DwarfTypes>> _rest = new(others.GetEnumerator);

    /// <inheritdoc/>
    public DType? TypeOfParameter(int index) => own.TypeOfParameter(index);

    /// <inheritdoc/>
    public DType? FindType(string name)
    {
        if (own.FindType(name) is { } found)
            return found;
        DType? declared = null;
        foreach (var types in Others())
        {
            // Another file may only declare it.
            if (types.FindType(name) is { } other && (declared = other) is not StructDType { Size: 0 })
                return other;
        }

        return declared;
    }

    /// <inheritdoc/>
    public MemberPlace? FindMember(StructDType type, string name) => own.FindMember(type, name);

    /// <inheritdoc/>
    public IReadOnlyList<string> MembersOf(StructDType type) => own.MembersOf(type);

    private IEnumerable<DwarfDebugTypes> Others()
    {
        for (var k = 0; ; k++)
        {
            if (k == _read.Count)
            {
                if (!_rest.Value.MoveNext())
                    yield break;
                _read.Add(new DwarfDebugTypes([], _rest.Value.Current));
            }

            yield return _read[k];
        }
    }
}
