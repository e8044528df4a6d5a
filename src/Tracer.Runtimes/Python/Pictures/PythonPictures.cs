using Tracer.Core.Expressions;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of what a running frame holds: its arguments at its entry, its variables later, and of a value by itself.</summary>
public sealed class PythonPictures
{
    private readonly PythonLayout _layout;
    private readonly PythonLocalsLayout _slots;
    private readonly PythonObjectLayout _objects;
    private readonly PictureShape _shape;
    private readonly PictureShape _stackShape;

    /// <summary>Pictures for a feature release that <see cref="PythonLayout"/> knows.</summary>
    public PythonPictures(PythonVersion version, PythonLayout layout)
    {
        _layout = layout;
        _slots = PythonLocalsLayout.ForVersion(version);
        _objects = PythonObjectLayout.ForVersion(version) ?? throw new ArgumentException("A version without a layout of objects.", nameof(version));
        _shape = new ObjectShape(_objects, layout.InterpreterFrame is { IsTagged: true }).Make();
        ArgumentsType = new PictureType(new FrameFormat(version, layout, _objects, isEntry: true));
        LocalsType = new PictureType(new FrameFormat(version, layout, _objects, isEntry: false));
        ValueType = new PictureType(new ValueFormat(_objects));
        _stackShape = new StackShape(layout, _objects).Make();
        StackType = new PictureType(new StackFormat(version, layout, _objects));
        FramesType = new PictureType(new StackFormat(version, layout, _objects, isApart: true));
    }

    /// <summary>The type of <see cref="Arguments"/>.</summary>
    public PictureType ArgumentsType { get; }

    /// <summary>The type of <see cref="Locals"/>.</summary>
    public PictureType LocalsType { get; }

    /// <summary>The type of <see cref="Value"/>.</summary>
    public PictureType ValueType { get; }

    /// <summary>The type of <see cref="Stack"/>.</summary>
    public PictureType StackType { get; }

    /// <summary>The type of <see cref="Frames"/>.</summary>
    public PictureType FramesType { get; }

    /// <summary>A frame and those below it, innermost first; 0 is none, and shows nothing.</summary>
    /// <param name="frame">The frame.</param>
    public Expression Stack(Expression frame) => StackOf(frame, StackType);

    /// <summary>The same with every frame apart, as <see cref="Core.Runtimes.RunningStack"/> has it.</summary>
    /// <param name="frame">The frame.</param>
    public Expression Frames(Expression frame) => StackOf(frame, FramesType);

    private PictureExpression StackOf(Expression frame, PictureType type) => new([PictureArea.Bytes(frame, Build.Constant(sizeof(ulong)))], new ExpressionList(frame), _stackShape, type);

    /// <summary>The arguments of a frame that begins, by name, in the order of their declaration.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="code">Its code object.</param>
    public Expression Arguments(Expression frame, Expression code) => Frame(frame, code, Number(code), ArgumentsType);

    /// <summary>All variables of a frame that are set, by name.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="code">Its code object.</param>
    public Expression Locals(Expression frame, Expression code) => Frame(frame, code, Build.ToUInt64(Build.Load(code, _slots.CodeLocals, IntegerType.UInt32)), LocalsType);

    /// <summary>An object; 0 is none, and shows nothing.</summary>
    /// <param name="address">Its address, uint64.</param>
    public Expression Value(Expression address) =>
        new PictureExpression([PictureArea.Bytes(address, Build.Constant(PythonObjectLayout.Size))], new ExpressionList(address), _shape, ValueType);

    private PictureExpression Frame(Expression frame, Expression code, Expression count, PictureType type)
    {
        var slots = Build.Offset(frame, _slots.FrameSlots);
        PictureArea[] start = _slots.CodeKinds is { } kinds
            ?
            [
                PictureArea.Bytes(code, Build.Constant(FrameFormat.CodeBytes)),
                .. Names(code, _slots.CodeNames, count),
                PictureArea.Bytes(Build.Offset(Build.LoadPointer(code, kinds), _objects.BytesData), count),
                PictureArea.Pointers(slots, count),
            ]
            :
            [
                PictureArea.Bytes(code, Build.Constant(FrameFormat.CodeBytes)),
                .. Names(code, _slots.CodeNames, count),
                PictureArea.Pointers(slots, count),
                .. Shared(code, slots, _slots.CodeCells, LocalCount(code)),
                .. type == LocalsType ? Shared(code, slots, _slots.CodeFree, Build.Add(LocalCount(code), Length(code, _slots.CodeCells))) : [],
            ];
        return new PictureExpression(start, new ExpressionList(), _shape, type);
    }

    // A tuple of names: its header, and its items.
    private PictureArea[] Names(Expression code, int member, Expression count)
    {
        var tuple = Build.LoadPointer(code, member);
        return [PictureArea.Bytes(tuple, Build.Constant((ulong)_objects.TupleItems)), PictureArea.Pointers(Build.Offset(tuple, _objects.TupleItems), count)];
    }

    // Until 3.10: the names of cells and the slots that they have behind others.
    private PictureArea[] Shared(Expression code, Expression slots, int member, Expression before) =>
    [
        .. Names(code, member, Length(code, member)),
        PictureArea.Pointers(Build.Add(slots, Build.Binary(BinaryOperator.ShiftLeft, before, Build.Constant(3))), Length(code, member)),
    ];

    private Expression LocalCount(Expression code) => Build.ToUInt64(Build.Load(code, _slots.CodeLocals, IntegerType.UInt32));

    private static Expression Length(Expression code, int member) => Build.LoadPointer(Build.LoadPointer(code, member), PythonObjectLayout.Size);

    // co_argcount and co_kwonlyargcount, and one more for *args (CO_VARARGS, 4) and one for **kwargs (CO_VARKEYWORDS, 8; Include/cpython/code.h).
    private Expression Number(Expression code)
    {
        var flags = Build.ToUInt64(Build.Load(code, _layout.CodeFlags, IntegerType.UInt32));
        var named = Build.ToUInt64(Build.Load(code, _slots.CodeArguments, IntegerType.UInt32));
        if (_slots.CodeKeywordOnly is { } keywords)
            named = Build.Add(named, Build.ToUInt64(Build.Load(code, keywords, IntegerType.UInt32)));
        return Build.Add(named, Build.Add(Build.Bits(flags, 2, 1), Build.Bits(flags, 3, 1)));
    }
}
