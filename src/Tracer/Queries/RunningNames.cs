using System.Buffers.Binary;
using Tracer.Core.Expressions;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.D.Binding;
using Tracer.Elf;

namespace Tracer.Queries;

/// <summary>The names of the interpreted code that runs where a probe fires, looked for when the first of them is used.</summary>
internal sealed class RunningNames(TargetProcess target, IReadOnlyList<IRuntime> runtimes) : ISurroundings
{
    private readonly Lazy<(RunningCode? Code, string? Problem, TargetModule? Module, IRuntimeModule? Runtime)> _running = new(() => Find(target, runtimes));

    // By which of the names nothing is missed: those that no runtime has are unknown names as any other.
    private const string Prefix = "py";

    /// <summary>The code that runs; null with the reason.</summary>
    public RunningCode? Code(out string? problem)
    {
        problem = _running.Value.Problem;
        return _running.Value.Code;
    }

    /// <summary>The file with the interpreter; null when there is none, or more than one.</summary>
    public TargetModule? Module => _running.Value.Module;

    /// <summary>The functions of the interpreter's own allocator; null with the reason.</summary>
    public RuntimeAllocator? Allocator(out string? problem)
    {
        problem = _running.Value.Problem;
        if (_running.Value.Runtime is not { } runtime || runtime.FindAllocator(out problem) is not { } allocator)
            return null;
        var module = _running.Value.Module!;
        // What is set in their place by the interpreter (hooks for debugging, tracemalloc) calls them in turn, or malloc; another program's allocator does not.
        Span<byte> pointer = stackalloc byte[sizeof(ulong)];
        foreach (var member in allocator.Functions.Where(f => f.Pointer is not null))
        {
            if (target.Memory.Read(AddressMap.ToRuntime(member.Pointer!.Value, module.LoadBias), pointer) < pointer.Length
                || !module.Image.AddressMap.TryGetFileOffset(AddressMap.ToLinkTime(BinaryPrimitives.ReadUInt64LittleEndian(pointer), module.LoadBias), out _))
            {
                problem = $"the process has set an allocator of its own in the place of {member.Name}";
                return null;
            }
        }

        return allocator;
    }

    /// <inheritdoc/>
    public NameResolution? Resolve(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        if (_running.Value is not ({ } code, _, _, _))
            return new NameResolution(null, $"{name} is not known here: {_running.Value.Problem}");
        return code.Names.FirstOrDefault(n => n.Name == name) is { } found
            ? new NameResolution(TypedExpression.Of(found.Value))
            : new NameResolution(null, $"there is no {name}", $"there are {string.Join(", ", code.Names.Select(n => n.Name))}");
    }

    /// <inheritdoc/>
    public NameResolution? Call(string function, Expression address)
    {
        if (!function.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        if (_running.Value is not ({ } code, _, _, _))
            return new NameResolution(null, $"{function}() is not known here: {_running.Value.Problem}");
        return code.Values is { } values && values.Name == function ? new NameResolution(TypedExpression.Of(values.Of(address))) : null;
    }

    private static (RunningCode? Code, string? Problem, TargetModule? Module, IRuntimeModule? Runtime) Find(TargetProcess target, IReadOnlyList<IRuntime> runtimes)
    {
        var modules = target.Modules.Select(m => (Module: m, Runtime: runtimes.Select(r => r.Recognise(m)).FirstOrDefault(r => r is not null))).Where(m => m.Runtime is not null).ToArray();
        if (modules.Length == 0)
            return (null, "the process runs no interpreter that sharptrace knows", null, null);
        if (modules.Length > 1)
            return (null, $"the process runs {modules.Length} interpreters", null, null);
        var code = modules[0].Runtime!.FindRunning(out var problem);
        return (code, problem, modules[0].Module, modules[0].Runtime);
    }
}
