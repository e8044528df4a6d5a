namespace Tracer.Elf.Dwarf;

/// <summary>
/// Walks the entries of a unit from one entry through all below it, in the order of the file, without allocation.
/// The first <see cref="MoveNext"/> gives the entry itself (depth 0). Ends early, with a diagnostic, where the bytes make no sense.
/// </summary>
internal ref struct DwarfEntryReader
{
    private readonly DwarfUnit _unit;
    private readonly DwarfAbbreviationTable _table;
    private readonly ReadOnlySpan<DwarfAbbreviation> _items;
    private readonly ReadOnlySpan<byte> _bytes;
    private ref readonly DwarfAbbreviation _item;
    private int _attributes;
    private int _next;
    private State _state;

    private enum State : byte { Before, OnEntry, Passed, Ended }

    /// <summary>Starts at the entry at <paramref name="offset"/> of a loaded unit.</summary>
    public DwarfEntryReader(DwarfUnit unit, int offset)
    {
        _unit = unit;
        _table = unit.Abbreviations!;
        _items = _table.Items;
        _bytes = unit.Section.Bytes.Span[..unit.End];
        _next = offset;
    }

    public readonly DwarfUnit Unit => _unit;

    /// <summary>The offset of the entry in its section.</summary>
    public int Offset { get; private set; }

    /// <summary>How far below the first entry this one is.</summary>
    public int Depth { get; private set; }

    public readonly DwarfTag Tag => _item.Tag;

    public readonly bool HasChildren => _item.HasChildren;

    public readonly int AttributeCount => _item.AttributeCount;

    /// <summary>Moves to the next entry: to the first child when there is one and <see cref="SkipChildren"/> was not called.</summary>
    public bool MoveNext()
    {
        switch (_state)
        {
            case State.Ended:
                return false;
            case State.OnEntry:
                _next = EndOfAttributes(in _item, _attributes);
                if (_item.HasChildren)
                    Depth++;
                else if (Depth == 0)
                    return End();
                break;
            case State.Passed when Depth == 0:
                return End();
        }
        while ((uint)_next < (uint)_bytes.Length)
        {
            int offset = _next;
            ulong code = ReadCode(ref _next);
            if (code == 0)
            {
                if (--Depth <= 0)
                    return End();
                continue;
            }
            int index = _table.IndexOf(code);
            if (index < 0)
                return Fail("DWARF005", $"The entry at 0x{offset:x} names abbreviation {code}, which is not declared.", offset);
            if (_items[index].IsUnreadable)
                return Fail("DWARF006", $"The entry at 0x{offset:x} has an attribute of an unknown form.", offset);
            _item = ref _items[index];
            Offset = offset;
            _attributes = _next;
            _state = State.OnEntry;
            return true;
        }
        // Units without the closing null entries are legal in practice; running into the end of attributes is not.
        return _next > _bytes.Length ? Fail("DWARF007", $"The entry at 0x{Offset:x} breaks off.", Offset) : End();
    }

    /// <summary>Passes over all entries below this one; by DW_AT_sibling when it has one.</summary>
    public void SkipChildren()
    {
        if (_state != State.OnEntry)
            return;
        _state = State.Passed;
        if (_item.HasChildren && TrySibling(in _item, _attributes, Offset, out _next))
            return;
        _next = EndOfAttributes(in _item, _attributes);
        for (int level = _item.HasChildren ? 1 : 0; level > 0 && (uint)_next < (uint)_bytes.Length;)
        {
            int offset = _next;
            ulong code = ReadCode(ref _next);
            if (code == 0)
            {
                level--;
                continue;
            }
            int index = _table.IndexOf(code);
            if (index < 0 || _items[index].IsUnreadable)
            {
                _next = offset; // MoveNext meets it again and says what is wrong.
                return;
            }
            ref readonly var item = ref _items[index];
            int attributes = _next;
            if (!item.HasChildren)
            {
                _next = EndOfAttributes(in item, attributes);
            }
            else if (!TrySibling(in item, attributes, offset, out _next))
            {
                _next = EndOfAttributes(in item, attributes);
                level++;
            }
        }
    }

    public readonly DwarfAttribute NameAt(int index) => _table.AttributesOf(in _item)[index].Name;

    /// <summary>Reads the attribute with this number of the entry; the default value when the bytes end before.</summary>
    public readonly DwarfAttributeValue Read(int index) => ReadOf(in _item, _attributes, index);

    /// <summary>Reads the first attribute of this name; the default value when there is none.</summary>
    public readonly DwarfAttributeValue Find(DwarfAttribute name)
    {
        var specs = _table.AttributesOf(in _item);
        for (int i = 0; i < specs.Length; i++)
        {
            if (specs[i].Name == name)
                return Read(i);
        }
        return default;
    }

    public readonly DwarfAttributeValue Name => ReadNoted(_item.Name);

    public readonly DwarfAttributeValue Type => ReadNoted(_item.Type);

    /// <summary>DW_AT_abstract_origin or DW_AT_specification.</summary>
    public readonly DwarfAttributeValue Origin => ReadNoted(_item.Origin);

    public readonly DwarfAttributeValue LowPc => ReadNoted(_item.LowPc);

    public readonly bool HasCode => _item.LowPc >= 0 || _item.Ranges >= 0;

    public readonly bool IsDeclaration => _item.Declaration >= 0 && Read(_item.Declaration).IsFlagSet;

    private readonly DwarfAttributeValue ReadNoted(short index) => index < 0 ? default : Read(index);

    private readonly DwarfAttributeValue ReadOf(in DwarfAbbreviation item, int attributes, int index)
    {
        ref readonly var spec = ref _table.AttributesOf(in item)[index];
        int position = TakeSteps(_table.StepsOf(in item)[..spec.StepsBefore], attributes) + spec.FixedBefore;
        if ((uint)position > (uint)_bytes.Length)
            return default;
        var cursor = new DwarfCursor(_bytes, position);
        return _unit.Format.Read(ref cursor, spec.Form, spec.ImplicitConst);
    }

    // Siblings must lie ahead, or a walk would never end (and inside the unit; its very end is where the last one may point).
    private readonly bool TrySibling(in DwarfAbbreviation item, int attributes, int offset, out int sibling)
    {
        sibling = 0;
        if (item.Sibling < 0)
            return false;
        var value = ReadOf(in item, attributes, item.Sibling);
        if (DwarfValues.TryReferenceInUnit(_unit, value, out sibling) && sibling > attributes)
            return true;
        _unit.Reader.Report("DWARF009", $"The sibling of the entry at 0x{offset:x} is not after it in its unit.", offset);
        return false;
    }

    // A position behind the end says that the attributes do not fit.
    private readonly int EndOfAttributes(in DwarfAbbreviation item, int attributes) =>
        item.StepCount == 0 ? attributes + item.TailBytes : TakeSteps(_table.StepsOf(in item), attributes) + item.TailBytes;

    private readonly int TakeSteps(ReadOnlySpan<DwarfSkipStep> steps, int position)
    {
        if (steps.IsEmpty)
            return position;
        var cursor = new DwarfCursor(_bytes, position);
        foreach (var step in steps)
        {
            cursor.Skip((ulong)step.FixedBytes);
            _unit.Format.Skip(ref cursor, step.Form);
        }
        return cursor.Failed ? _bytes.Length + 1 : cursor.Position;
    }

    private readonly ulong ReadCode(ref int position)
    {
        byte first = _bytes[position];
        if (first < 0x80)
        {
            position++;
            return first;
        }
        var cursor = new DwarfCursor(_bytes, position);
        ulong code = cursor.ReadUleb();
        position = cursor.Position;
        return code;
    }

    private bool End()
    {
        _state = State.Ended;
        return false;
    }

    private bool Fail(string id, string message, int offset)
    {
        _unit.Reader.Report(id, message, offset);
        return End();
    }
}
