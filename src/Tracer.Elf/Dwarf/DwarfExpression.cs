using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>A DWARF expression: its bytes and how to take them apart. It is not evaluated here.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="AddressSize">The size of an address, 4 or 8 bytes.</param>
/// <param name="OffsetSize">The size of an offset, 4 or 8 bytes.</param>
public readonly record struct DwarfExpression(ReadOnlyMemory<byte> Bytes, int AddressSize = 8, int OffsetSize = 4)
{
    /// <summary>Takes the expression apart.</summary>
    /// <param name="operations">The operations up to the end or to the first one that is unknown or breaks off.</param>
    /// <returns>Whether all of it was understood.</returns>
    public bool TryDecode(out IReadOnlyList<DwarfOperation> operations)
    {
        var list = new List<DwarfOperation>();
        operations = list;
        var cursor = new DwarfCursor(Bytes.Span);
        while (!cursor.AtEnd)
        {
            if (!DwarfOperations.TryRead(ref cursor, this, out var operation))
                return false;
            list.Add(operation);
        }
        return true;
    }

    /// <summary>The operations, divided by semicolons; <c>?</c> stands for the rest of one that is not understood.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => ToString(depth: 0);

    internal string ToString(int depth)
    {
        // DW_OP_entry_value holds an expression that may hold another; producers stop at one.
        if (depth > 4)
            return "...";
        bool complete = TryDecode(out var operations);
        var text = new StringBuilder();
        foreach (var operation in operations)
            text.Append(text.Length == 0 ? "" : "; ").Append(DwarfOperations.Print(operation, this, depth));
        if (!complete)
            text.Append(text.Length == 0 ? "?" : "; ?");
        return text.ToString();
    }
}
