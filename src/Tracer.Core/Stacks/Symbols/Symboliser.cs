using System.Globalization;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>
/// Names the addresses of a target's stacks: function and offset from symbol tables (.symtab, .gnu_debugdata, .dynsym, separate debug files,
/// the vDSO), source line and inlined functions from DWARF, just-in-time compiled functions from /tmp/perf-PID.map; else the module and an
/// offset in it. What was found is kept. Bad files give fewer answers, never an exception. Not thread-safe. Disposing unmaps debug files;
/// the target's own files must stay open as long as it is used.
/// </summary>
public sealed class Symboliser : IDisposable
{
    // A long run may see any number of addresses of generated code.
    private const int MaximumCached = 1 << 16;

    // A compiler appends to its map as it goes.
    private static readonly TimeSpan MapLifetime = TimeSpan.FromSeconds(1);

    private readonly Dictionary<TargetModule, ModuleSymbols> _modules = [];
    private readonly Dictionary<(ulong Address, bool IsCall), IReadOnlyList<StackFrameInfo>> _cache = [];
    private readonly ISystemCallGate _gate;
    private readonly DebugFiles _files;
    private readonly string _mapPath;
    private ModuleMap _code;
    private PerfMap? _map;
    private long _mapRead;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="target">The process.</param>
    /// <param name="proc">Where /proc is.</param>
    public Symboliser(ISystemCallGate gate, TargetProcess target, string proc = "/proc")
    {
        ArgumentNullException.ThrowIfNull(target);
        _gate = gate;
        _code = target.Code;
        var procFs = new ProcFs(gate, proc);
        var root = procFs.PathOf(target.ProcessId, "root");
        _files = new DebugFiles(gate, root);
        // The process names the file by the id it has in its own namespace.
        var inner = procFs.Status(target.ProcessId).TryGet(out var status) && status.InnermostPid > 0 ? status.InnermostPid : target.ProcessId;
        _mapPath = string.Create(CultureInfo.InvariantCulture, $"{root}/tmp/perf-{inner}.map");
    }

    /// <summary>Where the target's code is. Set another when the target has loaded a library; what is known of old modules is kept.</summary>
    public ModuleMap Modules
    {
        get => _code;
        set
        {
            _code = value;
            _cache.Clear();
        }
    }

    /// <summary>Names a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>The function and those inlined into it there, innermost first; at least one item.</returns>
    public IReadOnlyList<StackFrameInfo> Resolve(NativeFrame frame) => frame.Kind == NativeFrameKind.Missing
        ? [new() { Address = 0, IsGap = true, Module = frame.Address == 0 ? null : _code.Find(frame.Address)?.Name ?? "generated code" }]
        : Resolve(frame.Address, frame.Kind == NativeFrameKind.Call);

    /// <summary>Names an address.</summary>
    /// <param name="address">The address in the target.</param>
    /// <param name="isReturnAddress">Whether it is where a call returns to: then the call before it is meant.</param>
    /// <returns>The function and those inlined into it there, innermost first; at least one item.</returns>
    public IReadOnlyList<StackFrameInfo> Resolve(ulong address, bool isReturnAddress = false)
    {
        if (_cache.TryGetValue((address, isReturnAddress), out var frames))
            return frames;
        if (_cache.Count >= MaximumCached)
            _cache.Clear();
        var lookup = isReturnAddress ? unchecked(address - 1) : address;
        var module = _code.Find(lookup);
        if (module is null)
            return [Generated(address, lookup)]; // not kept: the code may be another's later
        if (!_modules.TryGetValue(module, out var symbols))
            _modules[module] = symbols = new ModuleSymbols(module, _files);
        frames = symbols.Resolve(address, AddressMap.ToLinkTime(lookup, module.LoadBias), AddressMap.ToLinkTime(address, module.LoadBias));
        return _cache[(address, isReturnAddress)] = frames;
    }

    /// <summary>
    /// Opens the debug files of all modules and sorts their tables, so that the first stacks are not kept waiting for that: it takes tens of milliseconds and more.
    /// </summary>
    /// <param name="addresses">Addresses that will surely be asked for: their source files' tables are decoded too.</param>
    public void Prepare(IEnumerable<ulong> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        foreach (var module in _code.Modules)
        {
            if (module.Image.TryFindSection(".text", out var text))
                Resolve(AddressMap.ToRuntime(text.Address, module.LoadBias));
        }

        foreach (var address in addresses)
            Resolve(address);
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private StackFrameInfo Generated(ulong address, ulong lookup)
    {
        if (_mapRead == 0 || System.Diagnostics.Stopwatch.GetElapsedTime(_mapRead) > MapLifetime)
        {
            _map = PerfMap.Read(_gate, _mapPath);
            _mapRead = System.Diagnostics.Stopwatch.GetTimestamp();
        }

        return _map is not null && _map.TryFind(lookup, out var name, out var offset)
            ? new() { Address = address, ModuleOffset = address, Function = name, FunctionOffset = offset + (address - lookup) }
            : new() { Address = address, ModuleOffset = address };
    }
}
