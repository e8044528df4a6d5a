using Tracer.Core.Expressions;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>What a picture copies of a Python frame: the frame, its code object, the code's names and its table of lines; and the frame below it.</summary>
/// <param name="layout">The layout of frames.</param>
/// <param name="objects">The layout of objects.</param>
public sealed class StackShape(PythonLayout layout, PythonObjectLayout objects)
{
    /// <summary>Bytes of a frame: up to where its slots begin, or what of it is needed.</summary>
    public const int FrameBytes = 128;

    /// <summary>Bytes of a code object: all before its instructions.</summary>
    public const int CodeBytes = 216;

    private const int LongestTable = 512;

    private static readonly Expression Code = new LoopVariableExpression(1);
    private static readonly Expression File = new LoopVariableExpression(2);
    private static readonly Expression Name = new LoopVariableExpression(3);
    private static readonly Expression Table = new LoopVariableExpression(4);
    private static readonly Expression Qualified = new LoopVariableExpression(5);

    /// <summary>The shape.</summary>
    public PictureShape Make()
    {
        var code = Build.LoadPointer(PictureShape.Object, layout.FrameCode);
        if (layout.InterpreterFrame is { IsTagged: true })
            code = Build.Binary(BinaryOperator.And, code, Build.Constant(~3UL));
        return new PictureShape(
            ulong.MaxValue,
            [
                code,
                Build.LoadPointer(Code, layout.CodeFileName),
                Build.LoadPointer(Code, layout.CodeName),
                Build.LoadPointer(Code, layout.CodeLineTable),
                Build.LoadPointer(Code, layout.InterpreterFrame?.CodeQualifiedName ?? layout.CodeName),
            ],
            [Build.LoadPointer(PictureShape.Object, layout.InterpreterFrame?.Previous ?? FrameObjectLayout.Back)],
            [
                PictureArea.Bytes(PictureShape.Object, Build.Constant(FrameBytes)),
                PictureArea.Bytes(Code, Build.Constant(CodeBytes)),
                PictureArea.Bytes(File, TextBytes(File)),
                PictureArea.Bytes(Name, TextBytes(Name)),
                Second,
                PictureArea.Bytes(Table, Build.Offset(AtMost(Build.LoadPointer(Table, layout.BytesSize), LongestTable), layout.BytesData)),
            ]);
    }

    // What a name of its own is: since 3.11 the qualified one, where it is another; the flags of the type of 2.7's, which may be str or unicode.
    private PictureArea Second => objects.Major == 2
        ? PictureArea.Bytes(Build.Offset(Build.LoadPointer(File, PythonObjectLayout.Type), PythonObjectLayout.TypeFlags), Build.Constant(sizeof(ulong)))
        : PictureArea.Bytes(Build.If(Build.Binary(BinaryOperator.Equal, Name, Qualified), Build.Constant(0), Qualified), TextBytes(Qualified));

    // Names are str, compact and mostly ASCII; of others the longest that they can be is copied.
    private Expression TextBytes(Expression text)
    {
        var length = AtMost(Build.LoadPointer(text, PythonObjectLayout.TextLength), ObjectShape.TextLength);
        if (objects.Major == 2)
            return Build.Offset(length, objects.BytesData + 1);
        var state = Build.ToUInt64(Build.Load(text, PythonObjectLayout.TextState, IntegerType.UInt32));
        return Build.Offset(Build.Binary(BinaryOperator.Multiply, length, Build.Bits(state, 2, 3)), objects.CompactSize);
    }

    private static Expression AtMost(Expression number, int most) =>
        Build.If(Build.Binary(BinaryOperator.Less, number, Build.Constant((ulong)most)), number, Build.Constant((ulong)most));
}
