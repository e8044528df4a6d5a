using Tracer.Core.Expressions;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python;

/// <summary>Expressions over an exception on its way: its type, and its value, which up to 3.11 may be what the exception is yet to be made of.</summary>
/// <param name="type">The address of the type, uint64; null when it is that of the value.</param>
/// <param name="value">The address of the value, uint64: an exception, before it is made its argument, a tuple of its arguments or 0.</param>
/// <param name="version">The version.</param>
/// <param name="layout">The layout of this CPython.</param>
public sealed class PythonException(Expression? type, Expression value, PythonVersion version, PythonLayout layout)
{
    // Bits of tp_flags (Include/object.h) that say of what built-in type a type is derived; 2.7's PyString_Type has that of bytes.
    private const int TupleBit = 26;
    private const int BytesBit = 27;
    private const int TextBit = 28;
    private const int ExceptionBit = 30;
    private const int TypeBit = 31;

    /// <summary>The address of the type.</summary>
    public Expression Type => type ?? TypeOf(value);

    /// <summary>The type's name, tp_name.</summary>
    public Expression TypeName
    {
        get
        {
            var name = Build.CString(Build.LoadPointer(Type, PythonObjectLayout.TypeName));
            // 2.7 raises instances of classes that are no types, too.
            return version.Major > 2 ? name : Build.If(Is(Type, TypeBit), name, PythonText.Of(Build.LoadPointer(Type, PythonObjectLayout.ClassName), layout));
        }
    }

    /// <summary>The value or the exception's first argument, when that is a <c>str</c>; else unavailable.</summary>
    public Expression Message
    {
        get
        {
            var hasValue = IsNot(value, 0);
            var arguments = Build.If(Is(value, ExceptionBit), Build.LoadPointer(value, PythonObjectLayout.ExceptionArgs), value);
            var isTuple = Build.Binary(BinaryOperator.LogicalAnd, Is(arguments, TupleBit), IsNot(Build.LoadPointer(arguments, PythonObjectLayout.Size), 0));
            var items = PythonObjectLayout.ForVersion(version)?.TupleItems ?? 24;
            var first = Build.If(hasValue, Build.If(isTuple, Build.LoadPointer(arguments, items), arguments), value);
            var isText = Build.Binary(BinaryOperator.LogicalAnd, hasValue, Is(first, version.Major == 2 ? BytesBit : TextBit));
            return Build.If(isText, PythonText.Of(first, layout), new UnavailableExpression(TextType.Instance, "its first argument is no str, or it has none"));
        }
    }

    private static Expression TypeOf(Expression value) => Build.LoadPointer(value, PythonObjectLayout.Type);

    private static Expression Is(Expression value, int bit) => Build.Bits(Build.LoadPointer(TypeOf(value), PythonObjectLayout.TypeFlags), bit, 1);

    private static Expression IsNot(Expression value, ulong other) => Build.Binary(BinaryOperator.NotEqual, value, Build.Constant(other));
}
