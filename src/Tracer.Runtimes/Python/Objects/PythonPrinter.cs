using System.Globalization;
using System.Text;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Prints one value: values themselves and containers here, things that have names in <see cref="PythonNames"/>.</summary>
internal sealed class PythonPrinter(PythonObjects objects, PythonValueLimits limits, StringBuilder output)
{
    private readonly List<ulong> _open = [];

    private PythonMemory Memory => objects.Memory;

    private PythonObjectLayout Layout => objects.Layout;

    /// <summary>Prints the object at an address; what was printed of it before a page that cannot be read stays, where that is more than its beginning.</summary>
    public void Print(ulong address)
    {
        var start = output.Length;
        var type = objects.Types.Read(Memory.Pointer(address + PythonObjectLayout.Type));
        if (type is not null && !Memory.HasFault)
            Print(address, type);
        if (Memory.TakeFault() is not { } fault)
            return;
        output.Length = start;
        Unreadable(fault);
    }

    private void Print(ulong address, PythonType type)
    {
        // What prints itself is named, and shown as what it is derived from.
        var wrapped = type.HasOwnRepr && type.Kind is not (PythonKind.Object or PythonKind.Exception or PythonKind.Type or PythonKind.Boolean);
        if (wrapped)
            output.Append(CultureInfo.InvariantCulture, $"<{type.FullName} object at 0x{address:x} ");
        PrintKind(address, type);
        if (wrapped)
            output.Append('>');
    }

    private void PrintKind(ulong address, PythonType type)
    {
        switch (type.Kind)
        {
            case PythonKind.None:
                output.Append("None");
                break;
            case PythonKind.Ellipsis:
                output.Append("Ellipsis");
                break;
            case PythonKind.NotImplemented:
                output.Append("NotImplemented");
                break;
            case PythonKind.Boolean:
                output.Append(IsTrue(address) ? "True" : "False");
                break;
            case PythonKind.SmallInteger:
                output.Append(Memory.Int64(address + PythonObjectLayout.First));
                break;
            case PythonKind.Integer:
                Integer(address);
                break;
            case PythonKind.Float:
                output.Append(PythonNumbers.Float(Double(address + PythonObjectLayout.First)));
                break;
            case PythonKind.Complex:
                output.Append(PythonNumbers.Complex(Double(address + PythonObjectLayout.First), Double(address + PythonObjectLayout.Second)));
                break;
            case PythonKind.Text:
                Text(address);
                break;
            case PythonKind.Bytes:
                if (Layout.Major >= 3)
                    output.Append('b');
                Bytes(address + (ulong)Layout.BytesData, Memory.Int64(address + PythonObjectLayout.Size));
                break;
            case PythonKind.ByteArray:
                output.Append(type.IsExact ? type.Name : Layout.IsAtLeast(3, 8) ? LastPart(type.Name) : "bytearray").Append("(b");
                Bytes(Memory.Pointer(address + PythonObjectLayout.ByteArrayStart), Memory.Int64(address + PythonObjectLayout.Size), escapesApostrophe: !Layout.IsAtLeast(3, 15));
                output.Append(')');
                break;
            case PythonKind.List:
                Sequence(address, Memory.Pointer(address + PythonObjectLayout.ListItems), "[", "]");
                break;
            case PythonKind.Tuple:
                Sequence(address, address + (ulong)Layout.TupleItems, "(", Memory.Int64(address + PythonObjectLayout.Size) == 1 ? ",)" : ")");
                break;
            case PythonKind.Dict:
                Dict(address);
                break;
            case PythonKind.Set or PythonKind.FrozenSet:
                Set(address, type);
                break;
            case PythonKind.Exception:
                Exception(address, type);
                break;
            case PythonKind.Slice:
                Fields("slice", address + 16, 3);
                break;
            case PythonKind.Range:
                Range(address);
                break;
            case PythonKind.XRange:
                XRange(address);
                break;
            case PythonKind.Object or PythonKind.OldInstance:
                Instance(address, type);
                break;
            default:
                output.Append(new PythonNames(objects, Nested).Of(address, type));
                break;
        }
    }

    private bool IsTrue(ulong address) =>
        Layout.Major == 2 ? Memory.Int64(address + PythonObjectLayout.First) != 0 : Memory.UInt32(address + PythonObjectLayout.Digits) != 0;

    private double Double(ulong address) => BitConverter.Int64BitsToDouble(Memory.Int64(address));

    private void Integer(ulong address)
    {
        if (PythonNumbers.Integer(Memory, Layout, address, limits.IntegerBits, out var bits) is { } value)
            output.Append(value.ToString(CultureInfo.InvariantCulture)).Append(Layout.Major == 2 ? "L" : "");
        else
            output.Append(CultureInfo.InvariantCulture, $"<int of {bits} bits…>");
    }

    private void Text(ulong address)
    {
        if (Layout.Major == 2)
        {
            var (old, isCut) = objects.Texts.Read27(address, limits.TextLength);
            output.Append('u');
            PythonQuoting.Ascii(output, old, isCut);
            return;
        }

        var (text, isTruncated) = objects.Texts.Read(address, limits.TextLength);
        PythonQuoting.Text(output, text, isTruncated);
    }

    private void Bytes(ulong address, long length, bool escapesApostrophe = false)
    {
        var bytes = objects.Texts.ReadBytes(length == 0 ? 0 : address, length, limits.TextLength, out var isTruncated);
        PythonQuoting.Bytes(output, bytes, isTruncated, escapesApostrophe);
    }

    private void Sequence(ulong address, ulong items, string open, string close)
    {
        if (!Open(address, open, close))
            return;
        var count = Memory.Int64(address + PythonObjectLayout.Size);
        output.Append(open);
        Items(count, k => PrintAt(items + 8 * (ulong)k));
        Close(close);
    }

    // The object that a pointer leads to; a pointer that cannot be read is the caller's fault to tell, and the last.
    private void PrintAt(ulong pointer)
    {
        var item = Memory.Pointer(pointer);
        if (!Memory.HasFault)
            Print(item);
    }

    // Prints items while the bounds allow it, and how many are left out. A fault between items is shown in their place.
    private void Items(long count, Action<long> print)
    {
        for (var k = 0L; k < count; k++)
        {
            if (k > 0)
                output.Append(", ");
            if (k >= limits.Items || output.Length > limits.TotalLength)
            {
                output.Append(CultureInfo.InvariantCulture, $"…{count - k} more");
                return;
            }

            print(k);
            if (Memory.TakeFault() is { } fault)
            {
                Unreadable(fault);
                return;
            }
        }
    }

    private void Dict(ulong address)
    {
        if (!Open(address, "{", "}"))
            return;
        var entries = objects.Entries.Dict(address, limits.Items + 1, out var total);
        output.Append('{');
        Pairs(entries, total);
        Close("}");
    }

    // A dict that changes while it is read may say that it has other than it has: what is there counts, unless it is cut off.
    private void Pairs(List<(ulong Key, ulong Value)> entries, long total) => Items(entries.Count > limits.Items ? Math.Max(total, entries.Count) : entries.Count, k =>
    {
        Print(entries[(int)k].Key);
        output.Append(": ");
        Print(entries[(int)k].Value);
    });

    private void Set(ulong address, PythonType type)
    {
        // 3.x prints a set without its name where it can; the name of a subclass is printed always.
        var name = LastPart(type.Name);
        if (!Open(address, name + "(", ")"))
            return;
        var items = objects.Entries.Set(address, limits.Items + 1, out var total);
        var isPlain = Layout.Major >= 3 && type.IsExact && type.Kind == PythonKind.Set && total > 0;
        var braces = Layout.Major >= 3 ? ("{", "}") : ("[", "]");
        output.Append(isPlain ? "" : name + "(").Append(total > 0 || Layout.Major == 2 ? braces.Item1 : "");
        Items(items.Count > limits.Items ? Math.Max(total, items.Count) : items.Count, k => Print(items[(int)k]));
        output.Append(total > 0 || Layout.Major == 2 ? braces.Item2 : "");
        Close(isPlain ? "" : ")");
    }

    // Objects/exceptions.c, BaseException_repr: since 3.7 one argument is shown by itself.
    private void Exception(ulong address, PythonType type)
    {
        output.Append(LastPart(type.Name));
        var args = Memory.Pointer(address + PythonObjectLayout.ExceptionArgs);
        if (Layout.IsAtLeast(3, 7) && Memory.Int64(args + PythonObjectLayout.Size) == 1)
        {
            if (!Open(address, "(", ")"))
                return;
            output.Append('(');
            Print(Memory.Pointer(args + (ulong)Layout.TupleItems));
            Close(")");
        }
        else
        {
            Sequence(args, args + (ulong)Layout.TupleItems, "(", Memory.Int64(args + PythonObjectLayout.Size) == 1 ? ",)" : ")");
        }
    }

    private void Fields(string name, ulong address, int count)
    {
        output.Append(name).Append('(');
        Items(count, k => PrintAt(address + 8 * (ulong)k));
        output.Append(')');
    }

    // Objects/rangeobject.c: start, stop and step, which is left out when it is 1.
    private void Range(ulong address)
    {
        var step = PythonNumbers.Integer(Memory, Layout, Memory.Pointer(address + 32), limits.IntegerBits, out _);
        Fields("range", address + 16, step == 1 ? 2 : 3);
    }

    // Objects/rangeobject.c of 2.7: start, step and length, three C longs.
    private void XRange(ulong address)
    {
        var (start, step, length) = (Memory.Int64(address + 16), Memory.Int64(address + 24), Memory.Int64(address + 32));
        var stop = unchecked(start + length * step);
        output.Append(CultureInfo.InvariantCulture, $"xrange({(start == 0 && step == 1 ? "" : $"{start}, ")}{stop}{(step == 1 ? "" : $", {step}")})");
    }

    private void Instance(ulong address, PythonType type)
    {
        output.Append('<');
        if (type.Kind == PythonKind.OldInstance)
            output.Append(PythonNames.OldClass(objects, Memory.Pointer(address + PythonObjectLayout.First))).Append(" instance");
        else
            output.Append(type.FullName).Append(" object");
        output.Append(CultureInfo.InvariantCulture, $" at 0x{address:x}");
        if (limits.Attributes && !_open.Contains(address) && _open.Count < limits.Depth)
        {
            _open.Add(address);
            var attributes = objects.Attributes.Read(address, limits.Items + 1, out var total);
            if (attributes.Count > 0)
                output.Append(' ');
            Items(attributes.Count > limits.Items ? Math.Max(total, attributes.Count) : attributes.Count, k =>
            {
                output.Append(objects.Texts.Read(attributes[(int)k].Key, limits.TextLength).Text).Append('=');
                Print(attributes[(int)k].Value);
            });
            _open.RemoveAt(_open.Count - 1);
        }

        output.Append('>');
    }

    private string Nested(ulong address)
    {
        if (_open.Count >= limits.Depth)
            return "…";
        var start = output.Length;
        // A step in depth that is no object.
        _open.Add(0);
        Print(address);
        Close("");

        var text = output.ToString(start, output.Length - start);
        output.Length = start;
        return text;
    }

    // False when the object is being printed already, or is too deep: then what stands for it has been printed.
    private bool Open(ulong address, string open, string close)
    {
        if (_open.Contains(address))
        {
            output.Append(open).Append("...").Append(close == ",)" ? ")" : close);
            return false;
        }

        if (_open.Count >= limits.Depth)
        {
            output.Append(open).Append('…').Append(close == ",)" ? ")" : close);
            return false;
        }

        _open.Add(address);
        return true;
    }

    private void Close(string close)
    {
        output.Append(close);
        _open.RemoveAt(_open.Count - 1);
    }

    // tp_name of a class is its name without the classes and functions around it.
    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    private void Unreadable(ulong address) => output.Append(CultureInfo.InvariantCulture, $"<unreadable 0x{address:x}>");
}
