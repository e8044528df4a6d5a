using Tracer.Core.Expressions;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>
/// What a picture copies of a Python object: the object itself, of containers their first items, of what has a name that; its type, and of types what tells what their
/// instances are. Kinds are told by the flags of the object's type (Include/object.h, Py_TPFLAGS_*_SUBCLASS) and, where a kind has none, by the type's name.
/// </summary>
/// <param name="layout">The layout of objects.</param>
/// <param name="isTagged">Whether references in frames have a tag in their low two bits.</param>
public sealed class ObjectShape(PythonObjectLayout layout, bool isTagged)
{
    /// <summary>The most characters of a text that are copied whole.</summary>
    public const int TextLength = 128;

    private const int HeaderBytes = 64;
    private const int LargestPlainObject = 256;

    private static readonly Expression Type = new LoopVariableExpression(1);
    private static readonly Expression Flags = new LoopVariableExpression(2);
    private static readonly Expression Size = new LoopVariableExpression(3);
    private static readonly Expression Name = new LoopVariableExpression(4);
    private static readonly Expression BasicSize = new LoopVariableExpression(5);
    private static readonly Expression Keys = new LoopVariableExpression(6);
    private static readonly Expression Entries = new LoopVariableExpression(7);

    private static readonly Expression None = Build.Constant(0);
    private static readonly Expression IsInteger = Flag(24);
    private static readonly Expression IsList = Flag(25);
    private static readonly Expression IsTuple = Flag(26);
    private static readonly Expression IsBytes = Flag(27);
    private static readonly Expression IsText = Flag(28);
    private static readonly Expression IsDict = Flag(29);
    private static readonly Expression IsException = Flag(30);
    private static readonly Expression IsType = Flag(31);

    // Py_TPFLAGS_HEAPTYPE of the type that the object is.
    private static readonly Expression IsClass = Build.Binary(BinaryOperator.LogicalAnd, IsType, Build.Binary(BinaryOperator.And, Load(PictureShape.Object, PythonObjectLayout.TypeFlags), Build.Constant(1UL << 9)));
    private static readonly Expression IsSet = Build.Binary(BinaryOperator.LogicalOr, IsNamed("set"), IsNamed("frozense"));

    // Types of 2.7 and of 3.x whose items are two: im_func and im_self of methods.
    private static readonly Expression IsMethod = Build.Binary(BinaryOperator.LogicalOr, IsNamed("method"), IsNamed("instance"));
    private static readonly Expression IsCell = IsNamed("cell");
    private static readonly Expression IsRange = Build.Binary(BinaryOperator.LogicalOr, IsNamed("range"), IsNamed("slice"));

    /// <summary>The shape.</summary>
    public PictureShape Make() => new(
        isTagged ? ~3UL : ulong.MaxValue,
        [
            Load(PictureShape.Object, PythonObjectLayout.Type),
            Load(Type, PythonObjectLayout.TypeFlags),
            Load(PictureShape.Object, PythonObjectLayout.Size),
            Load(Load(Type, PythonObjectLayout.TypeName), 0),
            Load(Type, PythonObjectLayout.TypeBasicSize),
            Build.If(IsDict, Load(PictureShape.Object, layout.Major == 2 ? PythonObjectLayout.Table : PythonObjectLayout.DictKeys), None),
            Build.If(IsDict, FirstEntry(Keys), None),
            Build.If(IsType, Load(PictureShape.Object, PythonObjectLayout.TypeDict), None),
        ],
        [
            Type,
            Build.If(IsType, Load(PictureShape.Object, PythonObjectLayout.TypeBase), None),
            Build.If(IsClass, Load(PictureShape.Object, layout.HeapTypeQualifiedName != 0 ? layout.HeapTypeQualifiedName : layout.HeapTypeName), None),
        ],
        [PictureArea.Bytes(PictureShape.Object, OwnBytes), Beside, Items, .. Class]);

    // A class keeps its names and its module behind what all types have. The module is the first entry of its dict: the first statement of a class body sets it.
    private PictureArea[] Class
    {
        get
        {
            var dict = new LoopVariableExpression(8);
            var keys = Load(dict, layout.Major == 2 ? PythonObjectLayout.Table : PythonObjectLayout.DictKeys);
            var isDict = Build.Binary(BinaryOperator.LogicalAnd, IsClass, dict);
            PictureArea[] areas =
            [
                PictureArea.Bytes(Build.If(IsClass, Build.Offset(PictureShape.Object, layout.HeapTypeName), None), Build.Constant((ulong)(layout.HeapTypeCachedKeys == 0 ? 8 : layout.HeapTypeCachedKeys - layout.HeapTypeName + 8))),
                PictureArea.Bytes(Build.If(isDict, dict, None), Build.Constant(48)),
            ];
            return layout.Major == 2
                ? areas
                :
                [
                    .. areas,
                    PictureArea.Bytes(Build.If(isDict, keys, None), Build.Constant((ulong)layout.KeysSize)),
                    new PictureArea(Build.If(isDict, FirstEntry(keys), None), Build.Constant(1), Build.Constant(24), Pointer(keys), Build.Offset(Pointer(keys), 8)),
                ];
        }
    }

    // Where the key is in an entry.
    private Expression Pointer(Expression keys) => Build.If(IsGeneral(keys), Build.Constant(8), Build.Constant(0));

    private Expression IsGeneral(Expression keys) => layout.IsAtLeast(3, 11) ? Build.EqualTo(Build.Load(keys, KeysKind, IntegerType.UInt8), 0) : Build.Constant(1);

    // The object itself: as long as it is, or the beginning of what is long.
    private Expression OwnBytes => Build.If(IsText, TextBytes, Build.If(IsInteger, IntegerBytes, Build.If(IsBytes, Build.Offset(AtMost(Size, TextLength), layout.BytesData + 1),
        Build.If(IsType, Build.Constant(PythonObjectLayout.TypeDictOffset + 8), Build.If(Less(Build.Constant(LargestPlainObject), BasicSize), Build.Constant(HeaderBytes), BasicSize)))));

    // PyASCIIObject and its successors; 2.7's unicode has its characters elsewhere.
    private Expression TextBytes
    {
        get
        {
            if (layout.Major == 2)
                return Build.Constant(HeaderBytes);
            var data = Build.If(Build.Bits(TextState, 6, 1), Build.Constant((ulong)layout.AsciiSize), Build.Constant((ulong)layout.CompactSize));
            return Build.If(IsCompact, Build.Add(data, Characters), Build.Constant((ulong)layout.CompactSize + 8));
        }
    }

    private static Expression TextState => Build.ToUInt64(Build.Load(PictureShape.Object, PythonObjectLayout.TextState, IntegerType.UInt32));

    // Instances of subclasses of str have their characters elsewhere.
    private static Expression IsCompact => Build.Bits(TextState, 5, 1);

    private static Expression Characters => Build.Binary(BinaryOperator.Multiply, AtMost(Size, TextLength), Build.Bits(TextState, 2, 3));

    // Four bytes a digit, of which zero has one too; their number is ob_size, negative for negative numbers, and since 3.12 in the upper bits of lv_tag.
    private Expression IntegerBytes
    {
        get
        {
            var digits = layout.IsAtLeast(3, 12)
                ? Build.Binary(BinaryOperator.ShiftRight, Size, Build.Constant(3))
                : Build.If(Build.Bits(Size, 63, 1), Build.Binary(BinaryOperator.Subtract, Build.Constant(0), Size), Size);
            return Build.Offset(Build.Binary(BinaryOperator.ShiftLeft, AtMost(digits, PictureExpression.MaximumBytes), Build.Constant(2)), PythonObjectLayout.Digits + sizeof(uint));
        }
    }

    // What is apart from the object and has no pointers: the name of a type, the header of a dict's keys, characters and bytes.
    private PictureArea Beside
    {
        get
        {
            var isByteArray = IsNamed("bytearra");
            var start = Load(PictureShape.Object, PythonObjectLayout.ByteArrayStart);
            var (address, count) = layout.Major == 2
                ? (Build.If(IsText, Load(PictureShape.Object, PythonObjectLayout.Text27Data), None), Build.Binary(BinaryOperator.Multiply, AtMost(Size, TextLength), Build.Constant((ulong)layout.UnicodeUnit)))
                : (Build.If(IsText, Build.If(IsCompact, None, Load(PictureShape.Object, layout.CompactSize)), Keys), Build.If(IsText, Characters, Build.Constant((ulong)layout.KeysSize)));
            return PictureArea.Bytes(
                Build.If(IsType, Load(PictureShape.Object, PythonObjectLayout.TypeName), Build.If(isByteArray, start, address)),
                Build.If(IsType, Build.Constant(HeaderBytes), Build.If(isByteArray, AtMost(Size, TextLength), count)));
        }
    }

    private PictureArea Items
    {
        get
        {
            var own = Build.If(IsTuple, Build.Offset(PictureShape.Object, layout.TupleItems),
                Build.If(IsException, Build.Offset(PictureShape.Object, PythonObjectLayout.ExceptionArgs),
                Build.If(Build.Binary(BinaryOperator.LogicalOr, IsCell, Build.Binary(BinaryOperator.LogicalOr, IsMethod, IsRange)), Build.Offset(PictureShape.Object, PythonObjectLayout.First),
                Build.If(IsNamed("function"), Build.Offset(PictureShape.Object, layout.FunctionQualifiedName),
                Build.If(IsNamed("module"), layout.ModuleName == 0 ? None : Build.Offset(PictureShape.Object, layout.ModuleName), None)))));
            var address = Build.If(IsList, Load(PictureShape.Object, PythonObjectLayout.ListItems),
                Build.If(IsDict, Entries, Build.If(IsSet, Load(PictureShape.Object, PythonObjectLayout.Table), own)));
            var slots = Build.Offset(Load(PictureShape.Object, PythonObjectLayout.TableMask), 1);
            var count = Build.If(IsDict, layout.Major == 2 ? slots : Load(Keys, layout.KeysEntries),
                Build.If(IsSet, slots, Build.If(Build.Binary(BinaryOperator.LogicalOr, IsList, IsTuple), Size, Build.If(IsMethod, Build.Constant(2), Build.If(IsRange, Build.Constant(3), Build.Constant(1))))));
            var hash = Build.Constant(8);
            var isGeneral = IsGeneral(Keys);
            var stride = Build.If(IsDict, Build.If(isGeneral, Build.Constant(24), Build.Constant(16)), Build.If(IsSet, Build.Constant(16), Build.Constant(8)));
            var key = Build.If(IsDict, Build.If(isGeneral, hash, None), layout.Major == 2 ? Build.If(IsSet, hash, None) : None);
            var value = Build.If(IsDict, Build.If(isGeneral, Build.Constant(16), hash), PictureArea.NoPointer);
            return new PictureArea(address, count, stride, key, value);
        }
    }

    // PyDictKeysObject since 3.11: dk_refcnt, dk_log2_size, dk_log2_index_bytes, dk_kind.
    private const int KeysIndexBytes = 9;
    private const int KeysKind = 10;

    private Expression FirstEntry(Expression keys)
    {
        if (layout.Major == 2)
            return keys;
        var indices = layout.IsAtLeast(3, 11)
            ? Build.Binary(BinaryOperator.ShiftLeft, Build.Constant(1), Build.Binary(BinaryOperator.And, Build.ToUInt64(Build.Load(keys, KeysIndexBytes, IntegerType.UInt8)), Build.Constant(63)))
            : OldIndices(keys);
        return Build.Offset(Build.Add(keys, indices), layout.KeysSize);
    }

    // Objects/dictobject.c until 3.10, DK_IXSIZE: indices as narrow as dk_size allows.
    private static Expression OldIndices(Expression keys)
    {
        var size = Load(keys, 8);
        var shift = Build.If(Less(size, Build.Constant(0x100)), Build.Constant(0), Build.If(Less(size, Build.Constant(0x10000)), Build.Constant(1), Build.Constant(2)));
        return Build.Binary(BinaryOperator.ShiftLeft, size, shift);
    }

    private static Expression Flag(int bit) => Build.Binary(BinaryOperator.And, Flags, Build.Constant(1UL << bit));

    // The first eight bytes of the type's name, with the NUL that ends a shorter one.
    private static Expression IsNamed(string name)
    {
        var (bytes, mask) = (0UL, 0UL);
        for (var k = 0; k < 8 && k <= name.Length; k++)
        {
            bytes |= (k < name.Length ? (ulong)name[k] : 0) << (8 * k);
            mask |= 0xffUL << (8 * k);
        }

        return Build.Binary(BinaryOperator.Equal, mask == ulong.MaxValue ? Name : Build.Binary(BinaryOperator.And, Name, Build.Constant(mask)), Build.Constant(bytes));
    }

    private static Expression AtMost(Expression number, int most) => Build.If(Less(number, Build.Constant((ulong)most)), number, Build.Constant((ulong)most));

    private static Expression Less(Expression left, Expression right) => Build.Binary(BinaryOperator.Less, left, right);

    private static Expression Load(Expression address, int offset) => Build.LoadPointer(address, offset);
}
