using System.Globalization;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>Reads the variables of frames: arguments, locals, and those shared with other functions through cells.</summary>
internal sealed class PythonLocals(PythonObjects objects, PythonVersion version, PythonLayout layout)
{
    private const int LongestName = 1024;
    private const int MaximumNames = 4096;

    // Include/cpython/code.h: CO_OPTIMIZED | CO_NEWLOCALS, which functions have.
    private const int FunctionFlags = 3;

    // Include/internal/pycore_code.h: CO_FAST_HIDDEN, CO_FAST_CELL | CO_FAST_FREE.
    private const int Hidden = 0x10;
    private const int Shared = 0xC0;

    private readonly PythonLocalsLayout _layout = PythonLocalsLayout.ForVersion(version);

    private PythonMemory Memory => objects.Memory;

    /// <summary>Names and values, printed, of what is set; null when the frame is a module's, whose variables are its globals.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="code">The address of its code object.</param>
    /// <param name="limits">How much of a value is printed.</param>
    /// <param name="isEntry">Whether the frame begins: then its arguments are all that it has.</param>
    public IReadOnlyList<(string Name, string Value)>? Read(ulong frame, ulong code, PythonValueLimits limits, bool isEntry = false)
    {
        List<(ulong Name, ulong Value)> found;
        if (isEntry)
        {
            found = _layout.CodeKinds is { } kinds ? Slots(frame, code, kinds, ArgumentCount(code)) : OldArguments(frame, code);
        }
        else if ((Memory.Int32(code + (ulong)layout.CodeFlags) & FunctionFlags) == FunctionFlags)
        {
            found = _layout.CodeKinds is { } kinds ? Slots(frame, code, kinds, MaximumNames) : OldSlots(frame, code);
        }
        else
        {
            var mapping = Memory.Pointer(frame + (ulong)_layout.FrameMapping);
            if (mapping == 0 || mapping == Memory.Pointer(frame + (ulong)_layout.FrameGlobals) || objects.TypeOf(mapping) is not { Kind: PythonKind.Dict })
                return null;
            found = objects.Entries.Dict(mapping, MaximumNames, out _);
        }

        var variables = new List<(string, string)>(found.Count);
        var length = 0;
        foreach (var (name, value) in found)
        {
            if (length > PythonLimits.Default.VariablesLength)
            {
                variables.Add(("…", string.Create(CultureInfo.InvariantCulture, $"{found.Count - variables.Count} more")));
                break;
            }

            variables.Add((objects.Texts.Read(name, LongestName).Text, objects.Print(value, limits)));
            length += variables[^1].Item1.Length + variables[^1].Item2.Length;
        }

        return variables;
    }

    // co_localsplusnames and a kind for each; references may be tagged since 3.14, and 1 is none.
    private List<(ulong Name, ulong Value)> Slots(ulong frame, ulong code, int kindsAt, int most)
    {
        var found = new List<(ulong, ulong)>();
        var names = Memory.Pointer(code + (ulong)_layout.CodeNames);
        var kinds = Memory.Pointer(code + (ulong)kindsAt) + (ulong)objects.Layout.BytesData;
        var isTagged = layout.InterpreterFrame!.IsTagged;
        var count = (ulong)Math.Clamp(Memory.Int64(names + PythonObjectLayout.Size), 0, most);
        for (var k = 0UL; k < count && !Memory.HasFault; k++)
        {
            var kind = Memory.Byte(kinds + k);
            var value = Memory.Pointer(frame + (ulong)_layout.FrameSlots + 8 * k);
            if (isTagged)
                value &= ~3UL;
            if ((kind & Hidden) != 0)
                continue;
            if ((kind & Shared) != 0)
                value = InCell(value);
            if (value != 0)
                found.Add((Memory.Pointer(names + (ulong)objects.Layout.TupleItems + 8 * k), value));
        }

        return found;
    }

    // Include/cpython/code.h: CO_VARARGS is 4, CO_VARKEYWORDS 8.
    private int ArgumentCount(ulong code)
    {
        var flags = Memory.Int32(code + (ulong)layout.CodeFlags);
        var named = Memory.Int32(code + (ulong)_layout.CodeArguments) + (_layout.CodeKeywordOnly is { } keywords ? Memory.Int32(code + (ulong)keywords) : 0);
        return Math.Clamp(named + (flags >> 2 & 1) + (flags >> 3 & 1), 0, MaximumNames);
    }

    // Up to 3.10 a shared argument is in the cell of its name, and in 2.7 in its own slot too.
    private List<(ulong Name, ulong Value)> OldArguments(ulong frame, ulong code)
    {
        var slot = frame + (ulong)_layout.FrameSlots;
        var names = Memory.Pointer(code + (ulong)_layout.CodeNames) + (ulong)objects.Layout.TupleItems;
        var cells = Memory.Pointer(code + (ulong)_layout.CodeCells);
        var cellCount = (ulong)Math.Clamp(Memory.Int64(cells + PythonObjectLayout.Size), 0, MaximumNames);
        var cellSlot = slot + 8 * (ulong)Math.Clamp(Memory.Int32(code + (ulong)_layout.CodeLocals), 0, MaximumNames);
        var found = new List<(ulong, ulong)>();
        for (var k = 0UL; k < (ulong)ArgumentCount(code) && !Memory.HasFault; k++)
        {
            var (name, value) = (Memory.Pointer(names + 8 * k), Memory.Pointer(slot + 8 * k));
            for (var c = 0UL; c < cellCount && value == 0; c++)
            {
                if (Memory.Pointer(cells + (ulong)objects.Layout.TupleItems + 8 * c) == name)
                    value = InCell(Memory.Pointer(cellSlot + 8 * c));
            }

            if (value != 0)
                found.Add((name, value));
        }

        return found;
    }

    // Locals, cells, free variables, one after the other. An argument that is shared is in its cell: its own slot is empty, or in 2.7 what it was at first.
    private List<(ulong Name, ulong Value)> OldSlots(ulong frame, ulong code)
    {
        var found = new List<(ulong Name, ulong Value)>();
        var slot = frame + (ulong)_layout.FrameSlots;
        var locals = Memory.Int32(code + (ulong)_layout.CodeLocals);
        Take(Memory.Pointer(code + (ulong)_layout.CodeNames), slot, isCell: false);
        slot += 8 * (ulong)Math.Max(locals, 0);
        var cells = Memory.Pointer(code + (ulong)_layout.CodeCells);
        Take(cells, slot, isCell: true);
        slot += 8 * (ulong)Math.Clamp(Memory.Int64(cells + PythonObjectLayout.Size), 0, MaximumNames);
        Take(Memory.Pointer(code + (ulong)_layout.CodeFree), slot, isCell: true);
        return found;

        void Take(ulong names, ulong at, bool isCell)
        {
            var count = (ulong)Math.Clamp(Memory.Int64(names + PythonObjectLayout.Size), 0, MaximumNames);
            for (var k = 0UL; k < count && !Memory.HasFault; k++)
            {
                var value = Memory.Pointer(at + 8 * k);
                if (isCell)
                    value = InCell(value);
                var name = Memory.Pointer(names + (ulong)objects.Layout.TupleItems + 8 * k);
                if (value == 0)
                    continue;
                // Names are interned: the same name is the same object.
                found.RemoveAll(f => f.Name == name);
                found.Add((name, value));
            }
        }
    }

    private ulong InCell(ulong value) =>
        value != 0 && objects.TypeOf(value) is { Kind: PythonKind.Cell } ? Memory.Pointer(value + PythonObjectLayout.First) : value;
}
