using System.Buffers.Binary;
using System.Text;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// The types of one BTF blob (Documentation/bpf/btf.rst): types by name, members by path, functions by name. Parsing walks the types
/// once and keeps only where each begins; searches compare bytes and build nothing. No input makes it throw, hang or
/// allocate beyond its size.
/// </summary>
public sealed class BtfTypes
{
    /// <summary>The kernel's own types (CONFIG_DEBUG_INFO_BTF).</summary>
    public const string KernelFile = "/sys/kernel/btf/vmlinux";

    private const ushort Magic = 0xeb9f;
    private const int SmallestHeader = 24;
    private const int TypeSize = 12;
    private const int MemberSize = 12;

    // The kernel resolves at most 32 levels (MAX_RESOLVE_DEPTH, kernel/bpf/btf.c).
    private const int DeepestNesting = 32;

    // Unions without a name that hold each other would be searched for ever; task_struct has some 300 members.
    private const int MostVisits = 65_536;

    private readonly ReadOnlyMemory<byte> _types;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly int[] _starts;

    private BtfTypes(ReadOnlyMemory<byte> types, ReadOnlyMemory<byte> strings, int[] starts)
    {
        _types = types;
        _strings = strings;
        _starts = starts;
    }

    /// <summary>How many types there are; ids go from 1 to this.</summary>
    public int Count => _starts.Length;

    /// <summary>
    /// Reads and parses a BTF file, as a rule <see cref="KernelFile"/>; null, with the reason in <paramref name="error"/>, if that
    /// fails. The kernel's own is mapped where the kernel lets it (6.16, btf_sysfs_vmlinux_mmap in kernel/bpf/sysfs_btf.c): it is megabytes that are
    /// in memory already, and reading would take over a thousand calls. A mapping stays for the life of the process.
    /// </summary>
    public static BtfTypes? Load(string file, out string error)
    {
        if (file == KernelFile && MappedFile.Open(LinuxSystemCalls.Instance, file).TryGet(out var mapped))
            return Parse(mapped.Memory, out error);
        try
        {
            return Parse(File.ReadAllBytes(file), out error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return null;
        }
    }

    /// <summary>Parses a BTF blob of this machine's byte order; null, with the reason in <paramref name="error"/>, if it is none.</summary>
    public static BtfTypes? Parse(ReadOnlyMemory<byte> blob, out string error)
    {
        var bytes = blob.Span;
        if (bytes.Length < SmallestHeader || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Magic || bytes[2] != 1)
        {
            error = "not BTF version 1: the header is wrong";
            return null;
        }

        var header = U32(bytes, 4);
        if (!TrySection(blob, header, U32(bytes, 8), U32(bytes, 12), out var types)
            || !TrySection(blob, header, U32(bytes, 16), U32(bytes, 20), out var strings))
        {
            error = $"a section lies outside the {bytes.Length} bytes";
            return null;
        }

        return TryFindStarts(types.Span, out var starts, out error) ? new BtfTypes(types, strings, starts) : null;
    }

    /// <summary>The kind of type <paramref name="id"/>; <see cref="BtfKind.Void"/> for 0 and for ids that do not exist.</summary>
    public BtfKind KindOf(int id) => id >= 1 && id <= Count ? KindAt(_types.Span, _starts[id - 1]) : BtfKind.Void;

    /// <summary>The name of type <paramref name="id"/>; empty if it has none.</summary>
    public string NameOf(int id) => id >= 1 && id <= Count ? Encoding.UTF8.GetString(String(U32(_types.Span, _starts[id - 1]))) : "";

    /// <summary>The id of the first type of a kind and name; false if there is none.</summary>
    public bool TryFind(BtfKind kind, string name, out int id)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = Encoding.UTF8.GetBytes(name + '\0');
        var types = _types.Span;
        var strings = _strings.Span;
        for (var i = 0; i < _starts.Length; i++)
        {
            var start = _starts[i];
            if (KindAt(types, start) != kind)
                continue;
            var at = U32(types, start);
            if (at < strings.Length && strings[(int)at..].StartsWith(wanted))
            {
                id = i + 1;
                return true;
            }
        }

        id = 0;
        return false;
    }

    /// <summary>
    /// The id of a kernel function, for <see cref="BpfAssembler.CallKernelFunction"/>; false if this kernel has none of that name.
    /// </summary>
    public bool TryFindFunction(string name, out int id) => TryFind(BtfKind.Function, name, out id);

    /// <summary>
    /// Finds a member of a struct by a dotted path (<c>task_struct</c>, <c>thread.fsbase</c>), looking through typedefs and into anonymous
    /// structs and unions; false if struct or member does not exist. Paths do not follow pointers nor index arrays.
    /// </summary>
    public bool TryFindMember(string structName, string path, out BtfMember member)
    {
        ArgumentNullException.ThrowIfNull(path);
        member = default;
        if (!TryFind(BtfKind.Struct, structName, out var type) && !TryFind(BtfKind.Typedef, structName, out type))
            return false;
        var bits = 0;
        var visits = 0;
        foreach (var range in path.AsSpan().Split('.'))
        {
            var name = Encoding.UTF8.GetBytes(path[range]);
            if (name.Length == 0 || !TryFindIn(Resolve(type), name, DeepestNesting, ref visits, out member))
                return false;
            bits += member.BitOffset;
            type = member.TypeId;
        }

        member = member with { BitOffset = bits };
        return true;
    }

    private static bool TrySection(ReadOnlyMemory<byte> blob, uint header, uint offset, uint length, out ReadOnlyMemory<byte> section)
    {
        section = default;
        var start = (ulong)header + offset;
        if (start + length > (ulong)blob.Length)
            return false;
        section = blob.Slice((int)start, (int)length);
        return true;
    }

    private static bool TryFindStarts(ReadOnlySpan<byte> types, out int[] starts, out string error)
    {
        // No type is smaller than its common part, which bounds the count by the file's size.
        starts = new int[types.Length / TypeSize];
        var count = 0;
        for (var at = 0; at < types.Length; count++)
        {
            var size = types.Length - at >= TypeSize ? SizeAt(types, at) : -1;
            if (size < 0 || size > types.Length - at)
            {
                error = $"type {count + 1} at offset {at} is cut off or of an unknown kind";
                return false;
            }

            starts[count] = at;
            at += size;
        }

        Array.Resize(ref starts, count);
        error = "";
        return true;
    }

    /// <summary>Bytes of a type with what follows its common part; -1 for an unknown kind.</summary>
    private static int SizeAt(ReadOnlySpan<byte> types, int at)
    {
        var entries = (int)(U32(types, at + 4) & 0xffff);
        return KindAt(types, at) switch
        {
            BtfKind.Integer or BtfKind.Variable or BtfKind.DeclarationTag => TypeSize + 4,
            BtfKind.Array => TypeSize + 12,
            BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => TypeSize + (12 * entries),
            BtfKind.Enum or BtfKind.FunctionPrototype => TypeSize + (8 * entries),
            BtfKind.Void or > BtfKind.Enum64 => -1,
            _ => TypeSize,
        };
    }

    private bool TryFindIn(int id, ReadOnlySpan<byte> name, int depth, ref int visits, out BtfMember member)
    {
        member = default;
        if (depth == 0 || KindOf(id) is not (BtfKind.Struct or BtfKind.Union))
            return false;
        var types = _types.Span;
        var start = _starts[id - 1];
        var info = U32(types, start + 4);
        var hasBitfields = info >> 31 != 0;
        for (var i = 0; i < (int)(info & 0xffff); i++)
        {
            if (++visits > MostVisits)
                return false;
            var at = start + TypeSize + (i * MemberSize);
            var offset = U32(types, at + 8);
            var found = new BtfMember(
                (int)(hasBitfields ? offset & 0xffffff : offset & int.MaxValue),
                hasBitfields ? (int)(offset >> 24) : 0,
                (int)(U32(types, at + 4) & int.MaxValue));
            var memberName = String(U32(types, at));
            if (memberName.SequenceEqual(name))
            {
                member = found;
                return true;
            }

            if (memberName.IsEmpty && TryFindIn(Resolve(found.TypeId), name, depth - 1, ref visits, out member))
            {
                member = member with { BitOffset = found.BitOffset + member.BitOffset };
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks through typedefs and qualifiers.</summary>
    private int Resolve(int id)
    {
        for (var depth = 0; depth < DeepestNesting; depth++)
        {
            if (KindOf(id) is not (BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag))
                return id;
            id = (int)(U32(_types.Span, _starts[id - 1] + 8) & int.MaxValue);
        }

        return 0;
    }

    private ReadOnlySpan<byte> String(uint at)
    {
        var strings = _strings.Span;
        if (at >= strings.Length)
            return default;
        var text = strings[(int)at..];
        var end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private static BtfKind KindAt(ReadOnlySpan<byte> types, int at) => (BtfKind)((types[at + 7]) & 0x1f);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
