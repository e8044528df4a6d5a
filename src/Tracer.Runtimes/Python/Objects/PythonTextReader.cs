using System.Buffers.Binary;
using System.Text;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Reads text of the target (PEP 393, Include/cpython/unicodeobject.h), and of 2.7 both kinds.</summary>
/// <param name="memory">The memory.</param>
/// <param name="layout">The layout.</param>
public sealed class PythonTextReader(PythonMemory memory, PythonObjectLayout layout)
{
    // The bits of PyASCIIObject.state: kind 2-4, compact 5, ascii 6, ready 7 (until 3.11; from then on all text is).
    private const int KindBit = 2;
    private const uint KindMask = 7;
    private const int CompactBit = 5;
    private const int AsciiBit = 6;
    private const int ReadyBit = 7;

    // Py_TPFLAGS_STRING_SUBCLASS of 2.7, where it is the flag of bytes.
    private const int Bytes27Bit = 27;

    /// <summary>The text of a str, in 2.7 of a str or unicode; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="address">The object.</param>
    /// <param name="most">Characters at most.</param>
    public PythonTextValue Read(ulong address, int most)
    {
        if (layout.Major >= 3)
            return ReadText(address, most);
        var flags = memory.Pointer(memory.Pointer(address + PythonObjectLayout.Type) + PythonObjectLayout.TypeFlags);
        if ((flags >> Bytes27Bit & 1) == 0)
            return Read27(address, most);
        var bytes = ReadBytes(address + (ulong)layout.BytesData, memory.Int64(address + PythonObjectLayout.Size), most, out var truncated);
        return new PythonTextValue(Encoding.UTF8.GetString(bytes), truncated);
    }

    /// <summary>The text of a unicode of 2.7.</summary>
    public PythonTextValue Read27(ulong address, int most) =>
        Decode(memory.Pointer(address + PythonObjectLayout.Text27Data), memory.Int64(address + PythonObjectLayout.TextLength), layout.UnicodeUnit, most);

    /// <summary>So many bytes, at most <paramref name="most"/>; none of a negative length.</summary>
    public byte[] ReadBytes(ulong address, long length, int most, out bool truncated)
    {
        truncated = length > most;
        var bytes = new byte[Math.Clamp(length, 0, Math.Min(most, Array.MaxLength))];
        memory.Bytes(address, bytes);
        return bytes;
    }

    private PythonTextValue ReadText(ulong address, int most)
    {
        var state = memory.UInt32(address + PythonObjectLayout.TextState);
        var unit = (int)(state >> KindBit & KindMask);
        var length = memory.Int64(address + PythonObjectLayout.TextLength);
        if (!layout.IsAtLeast(3, 12) && (state >> ReadyBit & 1) == 0)
            return Decode(memory.Pointer(address + PythonObjectLayout.TextWide), memory.Int64(address + PythonObjectLayout.TextWideLength), 4, most);
        var data = (state >> CompactBit & 1) == 0
            ? memory.Pointer(address + (ulong)layout.CompactSize)
            : address + (ulong)((state >> AsciiBit & 1) != 0 ? layout.AsciiSize : layout.CompactSize);
        return Decode(data, length, unit, most);
    }

    private PythonTextValue Decode(ulong address, long length, int unit, int most)
    {
        // Text in the making, or no text at all.
        if (unit is not (1 or 2 or 4))
            return new PythonTextValue("", length > 0);
        var characters = Math.Clamp(length, 0, most);
        var bytes = ReadBytes(address, characters * unit, int.MaxValue, out _);
        var text = new StringBuilder(bytes.Length / unit);
        for (var k = 0; k + unit <= bytes.Length; k += unit)
        {
            var code = unit switch
            {
                1 => bytes[k],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(k)),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(k)),
            };
            if (code <= 0xffff)
                text.Append((char)code);
            else if (code <= 0x10ffff)
                text.Append(char.ConvertFromUtf32((int)code));
            else
                text.Append('\ufffd');
        }

        return new PythonTextValue(text.ToString(), length > most);
    }
}
