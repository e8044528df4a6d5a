using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The line a frame is at, computed as <c>PyCode_Addr2Line</c> does from the frame's last instruction and the code object's table. A frame that has
/// not begun stands on the code's first line; no table is walked for it.
/// </summary>
public static class PythonLines
{
    // More entries than the code of a 60,000-line function has; a longer walk is reported as a loop limit and not guessed.
    private const int MaximumEntries = 65_536;

    /// <summary>The line number, int32, of the frame at an address.</summary>
    /// <param name="frame">The address of a PyFrameObject, uint64.</param>
    /// <param name="version">The version: the table's format changed in 3.10.</param>
    /// <param name="layout">The layout of this CPython.</param>
    public static Expression Of(Expression frame, PythonVersion version, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(layout);
        var line = At(Build.LoadPointer(frame, layout.FrameCode), Build.Load(frame, layout.FrameLastInstruction, IntegerType.Int32), version, layout);
        if (!version.IsAtLeast(3, 10))
            return line;
        // PyFrame_GetLineNumber, which the probes of 3.10 call: f_lineno is set only while a trace function runs or has moved the frame.
        var set = Build.Load(frame, layout.FrameObject!.Line, IntegerType.Int32);
        return Build.If(set, set, line);
    }

    /// <summary>What of a frame, besides its code, <see cref="Of"/> depends on, uint64.</summary>
    /// <param name="frame">The address of a PyFrameObject, uint64.</param>
    /// <param name="version">The version.</param>
    /// <param name="layout">The layout of this CPython.</param>
    public static Expression KeyOf(Expression frame, PythonVersion version, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(layout);
        var last = Build.ToUInt64(Build.Load(frame, layout.FrameLastInstruction, IntegerType.UInt32));
        return version.IsAtLeast(3, 10)
            ? Build.Binary(BinaryOperator.Or, last, Build.Binary(BinaryOperator.ShiftLeft, Build.ToUInt64(Build.Load(frame, layout.FrameObject!.Line, IntegerType.UInt32)), Build.Constant(32)))
            : last;
    }

    /// <summary>The line number, int32, of an instruction of CPython up to 3.10.</summary>
    /// <param name="code">The address of a PyCodeObject, uint64.</param>
    /// <param name="last">The instruction's place, as f_lasti has it, int32; negative before the first.</param>
    /// <param name="version">The version: the table's format changed in 3.10.</param>
    /// <param name="layout">The layout of this CPython.</param>
    public static Expression At(Expression code, Expression last, PythonVersion version, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(layout);
        var first = Build.Load(code, layout.CodeFirstLine, IntegerType.Int32);
        var table = Build.LoadPointer(code, layout.CodeLineTable);
        var items = Build.Offset(table, layout.BytesData);
        var size = Build.Binary(BinaryOperator.And, Build.LoadPointer(table, layout.BytesSize), Build.Constant(~1UL));
        var end = Build.Add(items, size);
        var isNew = version.IsAtLeast(3, 10);
        var walk = isNew ? LineTable(items, end, first, last) : LineNumberTable(items, end, first, last, version.Major == 2 ? IntegerType.UInt8 : IntegerType.Int8);
        return Build.If(Build.Binary(BinaryOperator.Less, last, Build.Constant(0, IntegerType.Int32)), first, walk);
    }

    // Objects/lnotab_notes.txt: pairs of (bytecode increment, line increment, signed since 3.6); addr is the byte offset that the line begins at.
    private static IterateExpression LineNumberTable(Expression items, Expression end, Expression first, Expression last, IntegerType increment)
    {
        Expression at = new LoopVariableExpression(0), stop = new LoopVariableExpression(1), address = new LoopVariableExpression(2);
        Expression line = new LoopVariableExpression(3), wanted = new LoopVariableExpression(4);
        var next = Build.Add(address, Build.ToUInt64(Build.Load(at, 0, IntegerType.UInt8)));
        return new IterateExpression(
            MaximumEntries,
            new ExpressionList(items, end, Build.Constant(0), Build.ToUInt64(first), Build.ToUInt64(last)),
            Build.Binary(BinaryOperator.LogicalAnd,
                Build.Binary(BinaryOperator.Less, at, stop),
                Build.Binary(BinaryOperator.LessOrEqual, next, wanted)),
            new ExpressionList(Build.Offset(at, 2), stop, next, Build.Add(line, Build.ToUInt64(Build.Load(at, 1, increment))), wanted),
            Build.Convert(line, IntegerType.Int32));
    }

    // Objects/lnotab_notes.txt of 3.10: pairs of (length of a range in bytes, signed line increment), -128 for a range without a line.
    private static IterateExpression LineTable(Expression items, Expression end, Expression first, Expression last)
    {
        const ulong NoLine = unchecked((ulong)-128);
        Expression at = new LoopVariableExpression(0), stop = new LoopVariableExpression(1), rangeEnd = new LoopVariableExpression(2);
        Expression line = new LoopVariableExpression(3), wanted = new LoopVariableExpression(4);
        // f_lasti counts instructions of two bytes since 3.10.
        var offset = Build.Binary(BinaryOperator.ShiftLeft, Build.ToUInt64(last), Build.Constant(1));
        var increment = Build.Load(at, 1, IntegerType.Int8);
        var before = Build.Binary(BinaryOperator.LessOrEqual, rangeEnd, wanted);
        var moved = Build.If(Build.EqualTo(increment, NoLine), line, Build.Add(line, Build.ToUInt64(increment)));
        var none = Build.Constant(unchecked((ulong)-1), IntegerType.Int32);
        // The walk has passed an entry when the range holds the offset, so at - 1 is that entry's increment.
        var hasNoLine = Build.Binary(BinaryOperator.LogicalOr, before, Build.EqualTo(Build.Load(at, -1, IntegerType.Int8), NoLine));
        return new IterateExpression(
            MaximumEntries,
            new ExpressionList(items, end, Build.Constant(0), Build.ToUInt64(first), offset),
            Build.Binary(BinaryOperator.LogicalAnd, before, Build.Binary(BinaryOperator.Less, at, stop)),
            new ExpressionList(Build.Offset(at, 2), stop, Build.Add(rangeEnd, Build.ToUInt64(Build.Load(at, 0, IntegerType.UInt8))), moved, wanted),
            Build.If(hasNoLine, none, Build.Convert(line, IntegerType.Int32)));
    }

    /// <summary>The line number, int32, of an instruction of CPython 3.11 and later; -1 for one without a line.</summary>
    /// <param name="code">The address of a PyCodeObject, uint64.</param>
    /// <param name="instruction">The address of the instruction in it, uint64.</param>
    /// <param name="layout">The layout of this CPython.</param>
    public static Expression OfLocationTable(Expression code, Expression instruction, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var bytecode = Build.Offset(code, layout.InterpreterFrame!.CodeBytecode);
        var table = Build.LoadPointer(code, layout.CodeLineTable);
        var items = Build.Offset(table, layout.BytesData);
        // Objects/locations.md: entries that begin with a byte of 1ccccLLL, whose further bytes have bit 7 clear: c tells how the entry goes on, L + 1 is its
        // length in instructions of two bytes. The line's change is in c (10 to 12), or the first of the varints that follow (13, 14: six bits a byte, the
        // lowest first, bit 6 when more follow, the sign in bit 0); otherwise there is none, and 15 is a range without a line. The walk goes byte by byte, each
        // read once, a byte ahead of its use (behind the last is the NUL of the bytes object), and its step is without branches: the kernel's verifier follows
        // every path of a loop's body.
        Expression at = new LoopVariableExpression(0), stop = new LoopVariableExpression(1), item = new LoopVariableExpression(2);
        Expression line = new LoopVariableExpression(3), kind = new LoopVariableExpression(5), change = new LoopVariableExpression(6);
        // The wanted offset less the end of the ranges so far: negative when the last range holds it.
        Expression ahead = new LoopVariableExpression(4);
        // A varint is being read while shift is below 64.
        Expression shift = new LoopVariableExpression(7);
        const ulong Idle = 64;
        var begins = Build.Bits(item, 7, 1);
        var newKind = Build.Bits(item, 3, 4);
        var length = Shifted(Build.Offset(Build.Bits(item, 0, 3), 1), BinaryOperator.ShiftLeft, 1);
        var small = Times(Times(Below(Build.Constant(9), newKind), Below(newKind, Build.Constant(13))), Build.Offset(newKind, -10));
        var hasVarint = Times(Below(Build.Constant(12), newKind), Below(newKind, Build.Constant(15)));
        var goesOn = Times(Not(begins), Not(Build.Bits(shift, 6, 1)));
        var isLast = Not(Build.Bits(item, 6, 1));
        var read = Build.Binary(BinaryOperator.Or, change, Build.Binary(BinaryOperator.ShiftLeft, Build.Bits(item, 0, 6), Build.Bits(shift, 0, 6)));
        var sign = Build.Bits(read, 0, 1);
        var signed = Build.Add(Build.Binary(BinaryOperator.Xor, Shifted(read, BinaryOperator.ShiftRight, 1), Minus(Build.Constant(0), sign)), sign);
        var isFound = Shifted(ahead, BinaryOperator.ShiftRight, 63);
        var hasNoLine = Build.Binary(BinaryOperator.LogicalOr, Build.EqualTo(kind, 15), Build.EqualTo(isFound, 0));
        return new IterateExpression(
            MaximumEntries,
            new ExpressionList(
                items, Build.Add(items, Build.LoadPointer(table, layout.BytesSize)), Build.ToUInt64(Build.Load(items, 0, IntegerType.UInt8)),
                Build.ToUInt64(Build.Load(code, layout.CodeFirstLine, IntegerType.Int32)),
                Minus(instruction, bytecode), Build.Constant(0), Build.Constant(0), Build.Constant(Idle)),
            Build.Binary(BinaryOperator.LogicalAnd, Build.Binary(BinaryOperator.Less, at, stop), Build.EqualTo(Times(begins, isFound), 0)),
            new ExpressionList(
                Build.Offset(at, 1), stop, Build.ToUInt64(Build.Load(at, 1, IntegerType.UInt8)),
                Build.Add(Build.Add(line, Times(begins, small)), Times(Times(goesOn, isLast), signed)),
                Minus(ahead, Times(begins, length)), Build.Add(Times(begins, newKind), Times(Not(begins), kind)), Times(goesOn, read),
                Build.Add(
                    Times(Times(goesOn, Not(isLast)), Build.Offset(shift, 6)),
                    Times(Not(Build.Add(Times(begins, hasVarint), Times(goesOn, Not(isLast)))), Build.Constant(Idle)))),
            Build.If(hasNoLine, Build.Constant(unchecked((ulong)-1), IntegerType.Int32), Build.Convert(line, IntegerType.Int32)));

        static Expression Minus(Expression left, Expression right) => Build.Binary(BinaryOperator.Subtract, left, right);
        static Expression Times(Expression left, Expression right) => Build.Binary(BinaryOperator.Multiply, left, right);
        static Expression Shifted(Expression value, BinaryOperator how, ulong count) => Build.Binary(how, value, Build.Constant(count));

        // Of 0 and 1.
        static Expression Not(Expression value) => Build.Binary(BinaryOperator.Xor, value, Build.Constant(1));

        // 1 when less, for numbers that are no more than 2^63 apart.
        static Expression Below(Expression left, Expression right) => Shifted(Minus(left, right), BinaryOperator.ShiftRight, 63);
    }
}
