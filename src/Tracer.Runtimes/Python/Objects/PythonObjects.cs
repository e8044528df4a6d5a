using System.Text;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>
/// Python values of a target, read from its memory and printed as repr() prints them where that is the language's own; no code of the target is run, so that an
/// object whose class prints itself is <c>&lt;module.Class object at 0x…&gt;</c>, with its contents where it has any. What cannot be read is
/// <c>&lt;unreadable 0x…&gt;</c>. For one picture of the memory; not thread-safe.
/// </summary>
public sealed class PythonObjects
{
    /// <summary>Makes the reader.</summary>
    /// <param name="memory">The target's memory; a <see cref="PageCache"/> for more than a few values.</param>
    /// <param name="layout">The layout of its CPython.</param>
    public PythonObjects(ITargetMemory memory, PythonObjectLayout layout)
    {
        Memory = new PythonMemory(memory);
        Layout = layout;
        Types = new PythonTypes(Memory, layout);
        Texts = new PythonTextReader(Memory, layout);
        Entries = new PythonEntries(Memory, layout);
        Attributes = new PythonAttributes(Memory, layout, Types);
    }

    /// <summary>The layout.</summary>
    public PythonObjectLayout Layout { get; }

    /// <summary>Types.</summary>
    public PythonTypes Types { get; }

    /// <summary>Text.</summary>
    public PythonTextReader Texts { get; }

    /// <summary>Dicts and sets.</summary>
    public PythonEntries Entries { get; }

    /// <summary>Attributes of instances.</summary>
    public PythonAttributes Attributes { get; }

    /// <summary>Typed reads of the memory.</summary>
    public PythonMemory Memory { get; }

    /// <summary>The object at an address, printed.</summary>
    public string Print(ulong address, PythonValueLimits? limits = null)
    {
        var text = new StringBuilder();
        new PythonPrinter(this, limits ?? new PythonValueLimits(), text).Print(address);
        return text.ToString();
    }

    /// <summary>The type of the object at an address; null when it cannot be read.</summary>
    public PythonType? TypeOf(ulong address)
    {
        var type = Types.Read(Memory.Pointer(address + PythonObjectLayout.Type));
        return Memory.TakeFault() is null ? type : null;
    }
}
