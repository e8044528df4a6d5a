using System.Globalization;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>The interpreters, threads and frames of a CPython in a target, read from its memory.</summary>
public sealed class PythonThreads
{
    private const int LongestName = 128;

    private readonly PythonVersion _version;
    private readonly PythonLayout _layout;
    private readonly PythonObjectLayout _objectLayout;
    private readonly TargetModule _module;

    private PythonThreads(TargetModule module, PythonVersion version, PythonLayout layout, PythonObjectLayout objectLayout) =>
        (_module, _version, _layout, _objectLayout) = (module, version, layout, objectLayout);

    /// <summary>The file with the interpreter.</summary>
    public TargetModule Module => _module;

    /// <summary>Its version.</summary>
    public PythonVersion Version => _version;

    /// <summary>The layout of its objects.</summary>
    public PythonObjectLayout ObjectLayout => _objectLayout;

    /// <summary>A reader for the interpreter in a file; null with a reason in one clause when its version is not known.</summary>
    /// <param name="module">A file of the target that defines CPython's functions.</param>
    /// <param name="problem">Why not.</param>
    public static PythonThreads? Open(TargetModule module, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(module);
        var version = PythonVersionReader.Read(module.Image);
        var layout = version is null ? null : PythonLayout.ForVersion(version);
        var objectLayout = version is null ? null : PythonObjectLayout.ForVersion(version);
        if (version is null || layout is null || objectLayout is null)
        {
            problem = version is null ? "its version cannot be told" : $"the layout of CPython {version} is not known";
            return null;
        }

        problem = PythonLayoutReader.Check(module.Image, layout);
        // Objects/unicodeobject.h of 2.7: the names tell how wide a Py_UNICODE is.
        if (NamedFunction.TryFindSymbol(module.Image, "PyUnicodeUCS2_AsUTF8String", out _))
            objectLayout = objectLayout with { UnicodeUnit = 2 };
        return problem is null ? new PythonThreads(module, version, layout, objectLayout) : null;
    }

    /// <summary>All thread states with their frames.</summary>
    /// <param name="memory">The memory of a target that stands still; of one that runs, stacks may be torn.</param>
    /// <param name="problem">Why there are none, in one clause.</param>
    /// <param name="locals">How variables are printed; null for none.</param>
    /// <param name="limits">How much is read; null for the usual.</param>
    public IReadOnlyList<PythonThread> Read(ITargetMemory memory, out string? problem, PythonValueLimits? locals = null, PythonLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        limits ??= PythonLimits.Default;
        var bounded = new BoundedMemory(memory, limits.Reads, limits.Bytes);
        var found = Read(new PythonObjects(bounded, _objectLayout), locals, limits, out problem);
        if (bounded.IsExhausted)
            problem = string.Create(CultureInfo.InvariantCulture, $"reading them took more than {limits.Reads} reads or {limits.Bytes >> 20} MiB [ST0230]");
        return found;
    }

    private List<PythonThread> Read(PythonObjects objects, PythonValueLimits? locals, PythonLimits limits, out string? problem)
    {
        var memory = objects.Memory;
        var found = new List<PythonThread>();
        var seen = new HashSet<ulong>();
        if (PythonRuntimeState.Find(_module, memory, _version, out problem) is not { } runtime)
            return found;
        var threads = runtime.Layout;
        var walker = new PythonFrameWalker(objects, _version, _layout, threads, locals, limits: limits);
        var holderOfAll = runtime.CurrentThread == 0 ? 0 : memory.Pointer(runtime.CurrentThread);
        var interpreter = memory.Pointer(runtime.Interpreters);
        for (var k = 0; interpreter != 0; k++, interpreter = memory.Pointer(interpreter + (ulong)threads.InterpreterNext))
        {
            if (k >= limits.Interpreters || !seen.Add(interpreter))
            {
                problem = k >= limits.Interpreters ? $"there are more than {limits.Interpreters} interpreters [ST0230]" : "their list leads back to itself";
                break;
            }

            var id = threads.InterpreterId is { } offset ? memory.Int64(interpreter + (ulong)offset) : k;
            var holder = threads.InterpreterGil is { } gil ? Holder(memory, memory.Pointer(interpreter + (ulong)gil)) : holderOfAll;
            var names = Names(objects, memory.Pointer(interpreter + (ulong)threads.InterpreterModules), limits.Threads);
            for (var thread = memory.Pointer(interpreter + (ulong)threads.InterpreterThreads); thread != 0; thread = memory.Pointer(thread + (ulong)threads.ThreadNext))
            {
                if (found.Count >= limits.Threads || !seen.Add(thread))
                {
                    problem = found.Count >= limits.Threads ? $"there are more than {limits.Threads} threads [ST0230]" : "their list leads back to itself";
                    break;
                }

                var posix = memory.Pointer(thread + (ulong)threads.ThreadId);
                var native = threads.ThreadNativeId is { } at ? (int)memory.Int64(thread + (ulong)at) : 0;
                if (memory.HasFault)
                    break;
                var (frames, marks, why) = walker.Walk(thread);
                found.Add(new PythonThread
                {
                    Address = thread,
                    Interpreter = id,
                    PosixThread = posix,
                    NativeId = native,
                    Name = names.GetValueOrDefault(posix),
                    HoldsGil = thread == holder,
                    Frames = frames,
                    GroupMarks = marks,
                    Problem = why,
                });
            }
        }

        if (memory.TakeFault() is { } fault)
            problem = $"memory at 0x{fault:x} cannot be read";
        return found;
    }

    private static ulong Holder(PythonMemory memory, ulong gil) =>
        gil != 0 && memory.Int32(gil + PythonThreadLayout.GilLocked) == 1 ? memory.Pointer(gil + PythonThreadLayout.GilHolder) : 0;

    // Lib/threading.py: _active, from ident to Thread, whose name is _name; of 2.7 _Thread__name.
    private static Dictionary<ulong, string> Names(PythonObjects objects, ulong modules, int most)
    {
        var names = new Dictionary<ulong, string>();
        var memory = objects.Memory;
        if (memory.HasFault || objects.Entries.Find(modules, "threading") is not { } module || objects.TypeOf(module) is not { Kind: PythonKind.Module }
            || objects.Entries.Find(memory.Pointer(module + PythonObjectLayout.OwnDict), "_active") is not { } active
            || objects.TypeOf(active) is not { Kind: PythonKind.Dict })
        {
            memory.TakeFault();
            return names;
        }

        foreach (var (key, thread) in objects.Entries.Dict(active, most, out _))
        {
            var ident = objects.TypeOf(key)?.Kind switch
            {
                PythonKind.SmallInteger => memory.Pointer(key + PythonObjectLayout.First),
                PythonKind.Integer => (ulong?)PythonNumbers.Integer(memory, objects.Layout, key, 64, out _) ?? 0,
                _ => 0UL,
            };
            var name = objects.Attributes.Find(thread, objects.Layout.Major == 2 ? "_Thread__name" : "_name");
            if (ident != 0 && name is { } text && objects.TypeOf(text)?.Kind is PythonKind.Text or PythonKind.Bytes)
                names[ident] = objects.Texts.Read(text, LongestName).Text;
            // A name that cannot be read is none; the frames are what counts.
            memory.TakeFault();
        }

        return names;
    }
}
