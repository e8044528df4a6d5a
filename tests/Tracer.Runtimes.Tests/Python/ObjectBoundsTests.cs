using System.Buffers.Binary;
using System.Numerics;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Objects laid out by hand, as a 3.12 has them: what is too deep, too long or not there is marked, and nothing loops or throws.</summary>
public sealed class ObjectBoundsTests
{
    private const ulong Base = 0x10000;
    private const ulong Missing = 0x7fff_0000_0000;

    private readonly BufferMemory _memory = new(Base, 1 << 16);
    private readonly Dictionary<string, ulong> _types = [];
    private ulong _next = Base;

    [Fact]
    public void What_is_too_long_is_cut_and_marked()
    {
        var limits = new PythonValueLimits { Items = 3, TextLength = 5 };
        Assert.Equal("'abcde'", Print(Text("abcde"), limits));
        Assert.Equal("'abcde…'", Print(Text("abcdef"), limits));
        Assert.Equal("[1, 2, 3]", Print(List(Integer(1), Integer(2), Integer(3)), limits));
        Assert.Equal("[1, 2, 3, …2 more]", Print(List(Integer(1), Integer(2), Integer(3), Integer(4), Integer(5)), limits));
        Assert.Equal("<int of 90 bits…>", Print(Integer(BigInteger.One << 80), new PythonValueLimits { IntegerBits = 40 }));
    }

    [Fact]
    public void What_is_too_deep_is_marked_and_the_total_is_bounded()
    {
        var inner = List(Integer(1));
        for (var k = 0; k < 5; k++)
            inner = List(inner);
        Assert.Equal("[[[[…]]]]", Print(inner, new PythonValueLimits { Depth = 3 }));
        var long1 = Text(new string('x', 50));
        Assert.Equal($"['{new string('x', 50)}', …2 more]", Print(List(long1, long1, long1), new PythonValueLimits { TotalLength = 20 }));
    }

    [Fact]
    public void Cycles_end()
    {
        var list = List(0, Integer(7));
        Put(Read(list + PythonObjectLayout.ListItems), list);
        Assert.Equal("[[...], 7]", Print(list));
    }

    [Fact]
    public void What_cannot_be_read_is_told_and_not_taken_for_empty()
    {
        Assert.Equal($"<unreadable 0x{Missing + 8:x}>", Print(Missing));
        Assert.Equal($"[1, <unreadable 0x{Missing + 8:x}>, 3]", Print(List(Integer(1), Missing, Integer(3))));
        var lost = List(Integer(1), Integer(2));
        Put(lost + PythonObjectLayout.ListItems, Missing);
        Assert.Equal($"[<unreadable 0x{Missing:x}>]", Print(lost));
        Assert.Equal("<unreadable 0x8>", Print(0));
    }

    [Fact]
    public void A_size_that_lies_neither_allocates_nor_loops()
    {
        var list = List(Integer(1));
        Put(list + PythonObjectLayout.Size, long.MaxValue);
        var printed = Print(list);
        Assert.StartsWith("[1, <unreadable 0x8>, ", printed, StringComparison.Ordinal);
        Assert.EndsWith(", …9223372036854775775 more]", printed, StringComparison.Ordinal);
        Put(list + PythonObjectLayout.Size, unchecked((ulong)-5));
        Assert.Equal("[]", Print(list));
        var text = Text("abc");
        Put(text + PythonObjectLayout.TextLength, long.MaxValue);
        Assert.StartsWith("'abc", Print(text, new PythonValueLimits { TextLength = 4 }), StringComparison.Ordinal);
        var number = Integer(5);
        Put(number + PythonObjectLayout.Size, ulong.MaxValue);
        Assert.StartsWith("<int of ", Print(number), StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_lead_in_a_circle_end()
    {
        var type = Type("strange", flags: 0);
        Put(type + PythonObjectLayout.TypeBase, type);
        var instance = Allocate(32);
        Put(instance + PythonObjectLayout.Type, type);
        Assert.Equal($"<strange object at 0x{instance:x}>", Print(instance));
    }

    private string Print(ulong address, PythonValueLimits? limits = null) =>
        new PythonObjects(_memory, PythonObjectLayout.ForVersion(new PythonVersion(3, 12, 0, ""))!).Print(address, limits);

    private ulong Allocate(int size)
    {
        var address = _next;
        _next += (ulong)(size + 15 & ~15);
        return address;
    }

    private ulong Type(string name, ulong flags)
    {
        if (_types.TryGetValue(name, out var known))
            return known;
        var text = Allocate(name.Length + 1);
        _memory.Write(text, System.Text.Encoding.ASCII.GetBytes(name));
        var type = _types[name] = Allocate(416);
        Put(type + PythonObjectLayout.TypeName, text);
        Put(type + PythonObjectLayout.TypeFlags, flags);
        return type;
    }

    private ulong List(params ulong[] items)
    {
        var list = Allocate(40);
        var array = Allocate(8 * items.Length);
        Put(list + PythonObjectLayout.Type, Type("list", 1UL << 25));
        Put(list + PythonObjectLayout.Size, (ulong)items.Length);
        Put(list + PythonObjectLayout.ListItems, array);
        for (var k = 0; k < items.Length; k++)
            Put(array + 8 * (ulong)k, items[k]);
        return list;
    }

    private ulong Integer(BigInteger value)
    {
        var digits = new List<uint>();
        for (; value > 0; value >>= 30)
            digits.Add((uint)(value & 0x3fffffff));
        var number = Allocate(24 + 4 * digits.Count);
        Put(number + PythonObjectLayout.Type, Type("int", 1UL << 24));
        Put(number + PythonObjectLayout.Size, (ulong)digits.Count << 3);
        for (var k = 0; k < digits.Count; k++)
            _memory.Write32(number + 24 + 4 * (ulong)k, (int)digits[k]);
        return number;
    }

    private ulong Text(string text)
    {
        var address = Allocate(40 + text.Length);
        Put(address + PythonObjectLayout.Type, Type("str", 1UL << 28));
        Put(address + PythonObjectLayout.TextLength, (ulong)text.Length);
        // One byte a character, compact, ASCII.
        Put(address + PythonObjectLayout.TextState, 1 << 2 | 1 << 5 | 1 << 6);
        _memory.Write(address + 40, System.Text.Encoding.ASCII.GetBytes(text));
        return address;
    }

    private ulong Read(ulong address)
    {
        var bytes = new byte[8];
        _memory.Read(address, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private void Put(ulong address, ulong value) => _memory.Write64(address, value);
}
