using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>All code objects that a process has at a time, whoever holds them: they are known by their type.</summary>
/// <param name="gate">The kernel.</param>
/// <param name="target">The process.</param>
/// <param name="version">The version.</param>
/// <param name="layout">The layout of its objects.</param>
internal sealed class CodeObjects(ISystemCallGate gate, TargetProcess target, PythonVersion version, PythonLayout layout)
{
    private const int LongestName = 4096;

    private readonly PythonObjects _objects = new(target.Memory, PythonObjectLayout.ForVersion(version)!);

    /// <summary>Those whose file is wanted.</summary>
    /// <param name="type">The address of PyCode_Type in the process.</param>
    /// <param name="isWanted">Whether a co_filename is that of the file.</param>
    public IReadOnlyList<PythonCode> Find(ulong type, Func<string, bool> isWanted)
    {
        var codes = new PythonCodes(_objects, layout, isChecked: true);
        var names = new Dictionary<ulong, bool>();
        var found = new List<PythonCode>();
        foreach (var place in new HeapSearch(gate, target.ProcessId, target.Memory).Find(type))
        {
            var address = place - PythonObjectLayout.Type;
            if (IsAlive(address) && HasWantedName(address) && codes.Read(address) is { } code)
                found.Add(code);
        }

        return found;

        bool HasWantedName(ulong address)
        {
            var name = _objects.Memory.Pointer(address + (ulong)layout.CodeFileName);
            if (_objects.Memory.TakeFault() is not null)
                return false;
            if (!names.TryGetValue(name, out var wanted))
            {
                wanted = _objects.TypeOf(name)?.Kind is PythonKind.Text or PythonKind.Bytes && isWanted(_objects.Texts.Read(name, LongestName).Text);
                names[name] = wanted & _objects.Memory.TakeFault() is null;
            }

            return wanted;
        }
    }

    /// <summary>Where the instructions of a code object are, and how many bytes they have.</summary>
    public (ulong Address, long Length) Instructions(PythonCode code)
    {
        var memory = _objects.Memory;
        var (address, length) = layout.InterpreterFrame is { } frame
            ? (code.Address + (ulong)frame.CodeBytecode, memory.Int64(code.Address + PythonObjectLayout.Size) * 2)
            : InBytes(memory.Pointer(code.Address + (ulong)layout.FrameObject!.CodeBytecode));
        return (address, memory.TakeFault() is null ? length : 0);

        (ulong Address, long Length) InBytes(ulong bytes) => (bytes + (ulong)layout.BytesData, memory.Int64(bytes + PythonObjectLayout.Size));
    }

    // An object that was given back holds in place of its count the address of the next free one, or 0 (Objects/obmalloc.c). A count has 32 bits, in 3.14 and later with flags
    // from bit 48 on (Include/refcount.h).
    private bool IsAlive(ulong address)
    {
        var count = _objects.Memory.Pointer(address);
        if (version.IsAtLeast(3, 14))
            count &= 0xffff_ffff_ffff;
        return _objects.Memory.TakeFault() is null && count is > 0 and <= uint.MaxValue;
    }
}
