using System.Buffers.Binary;
using System.Text;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The offsets that a CPython publishes about itself: each type's <c>tp_members</c> names C fields with their offsets (Include/structmember.h,
/// PyMemberDef). Stripped files have them too, so they check every other source.
/// </summary>
public static class PublishedMembers
{
    // PyTypeObject.tp_members, and PyMemberDef { char *name; int type; Py_ssize_t offset; int flags; char *doc }: unchanged from 2.7 to 3.15.
    private const ulong TypeMembers = 240;
    private const ulong MemberSize = 40;
    private const ulong MemberOffset = 16;
    private const int MaximumMembers = 256;
    private const int LongestName = 64;

    /// <summary>The members of a type by their Python names; empty when the file does not export the type.</summary>
    /// <param name="image">The file.</param>
    /// <param name="pointers">Its pointers.</param>
    /// <param name="type">The type object's symbol: <c>PyCode_Type</c>.</param>
    public static IReadOnlyDictionary<string, long> Read(ElfImage image, ImagePointers pointers, string type)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(pointers);
        var members = new Dictionary<string, long>();
        if (image.DynamicSymbols?.TryFind(type, out var symbol) is not true && image.SymbolTable?.TryFind(type, out symbol) is not true)
            return members;
        var at = pointers.Follow(symbol.Value + TypeMembers);
        for (var k = 0; at != 0 && k < MaximumMembers; k++, at += MemberSize)
        {
            var name = pointers.Follow(at) is > 0 and var address ? image.DataFrom(address).Span : default;
            var length = name[..Math.Min(name.Length, LongestName)].IndexOf((byte)0);
            var offset = image.DataFrom(at + MemberOffset).Span;
            if (length <= 0 || offset.Length < 8)
                break;
            members[Encoding.ASCII.GetString(name[..length])] = BinaryPrimitives.ReadInt64LittleEndian(offset);
        }

        return members;
    }
}
