using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Python;

/// <summary>
/// Decodes <c>str</c> objects (PEP 393, Include/cpython/unicodeobject.h): characters of 1, 2 or 4 bytes behind the header or at a pointer, and up to
/// 3.11 text that is not "ready" and consists of wchar_t only.
/// </summary>
public static class PythonText
{
    // The bits of PyASCIIObject.state: interned 0-1, kind 2-4, compact 5, ascii 6, ready 7.
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
        var state = Build.Load(text, layout.TextState, IntegerType.UInt32);
        var ready = Build.Bits(state, ReadyBit, 1);
        var behindHeader = Build.If(Build.Bits(state, AsciiBit, 1), Build.Offset(text, layout.AsciiSize), Build.Offset(text, layout.CompactSize));
        var elsewhere = Build.If(ready, Build.LoadPointer(text, layout.TextData), Build.LoadPointer(text, layout.TextWide));
        return new TextExpression(
            Build.If(Build.Bits(state, CompactBit, 1), behindHeader, elsewhere),
            Build.If(ready, Build.LoadPointer(text, layout.TextLength), Build.LoadPointer(text, layout.TextWideLength)),
            // PyUnicode_Kind is bytes per character, as Charset is; wchar_t is 4 bytes on Linux.
            Build.If(ready, Build.ToUInt64(Build.Bits(state, KindBit, KindBits)), Build.Constant((ulong)Charset.Ucs4)));
    }
}
