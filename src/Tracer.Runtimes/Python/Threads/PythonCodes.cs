using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>Reads code objects, each once. For one picture of the memory.</summary>
/// <param name="objects">The objects of the picture.</param>
/// <param name="layout">The layout.</param>
/// <param name="isChecked">Whether the addresses are known to be those of code objects.</param>
internal sealed class PythonCodes(PythonObjects objects, PythonLayout layout, bool isChecked = false)
{
    private const int LongestName = 4096;
    private const int LargestTable = 1 << 20;

    private readonly Dictionary<ulong, PythonCode?> _known = [];

    /// <summary>The code object at an address; null when there is none, or it cannot be read.</summary>
    public PythonCode? Read(ulong address)
    {
        if (_known.TryGetValue(address, out var known))
            return known;
        return _known[address] = isChecked || IsCode(address) ? ReadNew(address) : null;
    }

    private bool IsCode(ulong address) => objects.TypeOf(address) is { Kind: PythonKind.Code, IsExact: true };

    private PythonCode? ReadNew(ulong address)
    {
        var memory = objects.Memory;
        var frame = layout.InterpreterFrame;
        var table = memory.Pointer(address + (ulong)layout.CodeLineTable);
        var code = new PythonCode(
            address,
            Text(layout.CodeFileName),
            Text(layout.CodeName),
            frame is null ? null : Text(frame.CodeQualifiedName),
            memory.Int32(address + (ulong)layout.CodeFirstLine),
            frame is null ? 0 : memory.Int32(address + (ulong)frame.FirstTraceable),
            objects.Texts.ReadBytes(table + (ulong)layout.BytesData, memory.Int64(table + (ulong)layout.BytesSize), LargestTable, out _));
        return memory.TakeFault() is null ? code : null;

        string Text(int offset) => objects.Texts.Read(memory.Pointer(address + (ulong)offset), LongestName).Text;
    }
}
