using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Python;

/// <summary>
/// Decodes <c>str</c> objects (PEP 393, Include/cpython/unicodeobject.h): characters of 1, 2 or 4 bytes behind the header or at a pointer, and up to
/// 3.11 text that is not "ready" and consists of wchar_t only. In 2.7 a <c>str</c> is bytes.
/// </summary>
public static class PythonText
{
    // The bits of PyASCIIObject.state: interned 0-1, kind 2-4, compact 5, ascii 6, up to 3.11 ready 7.
    private const int KindBit = 2;
    private const int KindBits = 3;
    private const int CompactBit = 5;
    private const int AsciiBit = 6;
    private const int ReadyBit = 7;

    /// <summary>The text of the object at an address.</summary>
    /// <param name="text">The address of a <c>str</c>, uint64.</param>
    /// <param name="layout">The layout of this CPython.</param>
    public static Expression Of(Expression text, PythonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var at = layout.Text;
        var length = Build.LoadPointer(text, at.Length);
        if (at.IsBytes)
            return new TextExpression(Build.Offset(text, at.Data), length, Build.Constant((ulong)Charset.Utf8));
        var state = Build.Load(text, at.State, IntegerType.UInt32);
        var behindHeader = Build.If(Build.Bits(state, AsciiBit, 1), Build.Offset(text, at.AsciiSize), Build.Offset(text, at.CompactSize));
        // PyUnicode_Kind is bytes per character, as Charset is; wchar_t is 4 bytes on Linux.
        var kind = Build.ToUInt64(Build.Bits(state, KindBit, KindBits));
        var elsewhere = Build.LoadPointer(text, at.Data);
        if (at is { Wide: { } wide, WideLength: { } wideLength })
        {
            var ready = Build.Bits(state, ReadyBit, 1);
            elsewhere = Build.If(ready, elsewhere, Build.LoadPointer(text, wide));
            length = Build.If(ready, length, Build.LoadPointer(text, wideLength));
            kind = Build.If(ready, kind, Build.Constant((ulong)Charset.Ucs4));
        }

        return new TextExpression(Build.If(Build.Bits(state, CompactBit, 1), behindHeader, elsewhere), length, kind);
    }
}
