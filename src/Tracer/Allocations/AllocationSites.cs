using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Allocations;

/// <summary>A function of an allocator with its probes: entries, and returns where it gives memory. The calling convention holds for all of them: others call them.</summary>
internal sealed record AllocationSites(AllocationFunction Function, IReadOnlyList<Probe> Entries, IReadOnlyList<Probe> Returns)
{
    // System V ABI, AMD64: the registers of the first arguments, and of the result.
    private static readonly X64Register[] Arguments = [X64Register.Rdi, X64Register.Rsi, X64Register.Rdx, X64Register.Rcx];

    private static readonly string[] Needed = ["malloc", "free"];

    /// <summary>An argument, at the entry.</summary>
    public static Expression Argument(int index) => Build.Register(Arguments[index]);

    /// <summary>The result, at a return: the only parameter that returns have here.</summary>
    public static Expression Result { get; } = new ParameterExpression(0, IntegerType.UInt64);

    /// <summary>The C library's functions.</summary>
    /// <exception cref="TracerException">It has no malloc or no free.</exception>
    public static IReadOnlyList<AllocationSites> OfLibc(ProbeSelection selection, bool hasFilter)
    {
        var found = AllocationFunction.OfLibc.Select(f => Find(f, $"libc:{f.Name}", selection, hasFilter)).OfType<AllocationSites>().ToList();
        if (Needed.FirstOrDefault(n => !found.Exists(f => f.Function.Name == n)) is { } missing)
            throw new TracerException("ST0221", FailureKind.Unsupported, "Memory cannot be put down to functions here.", $"libc has no {missing} that can be probed.");
        found.AddRange(OfAligned(selection, hasFilter));
        return found;
    }

    /// <summary>The interpreter's own; empty where they cannot be seen.</summary>
    public static IReadOnlyList<AllocationSites> OfInterpreter(ProbeSelection selection, bool hasFilter, out string? problem)
    {
        if (selection.Running.Allocator(out problem) is not { } allocator || selection.Running.Module is not { } module)
            return [];
        var found = allocator.Functions.Select(m => Find(AllocationFunction.OfPython.Single(f => f.Name == m.Name), Address(module.Name, m.Address), selection, hasFilter)).OfType<AllocationSites>().ToArray();
        if (found.Length == allocator.Functions.Count)
            return found;
        problem = "not all of its functions can be probed";
        return [];
    }

    // memalign and its like end by a jump to a function without a name, which sees the blocks of all of them; where they do not, as in musl, aligned_alloc is it.
    private static IEnumerable<AllocationSites> OfAligned(ProbeSelection selection, bool hasFilter)
    {
        foreach (var probe in selection.Find("uretprobe:libc:aligned_alloc"))
        {
            var targets = probe.Sites.Where(IsTailCall).Select(s => TailCall.TargetOf(probe.Module.Image, s.Location.ImageAddress)).OfType<ulong>().Distinct().ToArray();
            var specs = targets.Length > 0 ? targets.Select(t => Address(probe.Module.Name, t)) : [$"{probe.Module.Name}:aligned_alloc"];
            foreach (var spec in specs)
            {
                if (Find(AllocationFunction.OfAligned, spec, selection, hasFilter) is { } found)
                    yield return found;
            }
        }
    }

    private static string Address(string module, ulong address) => string.Create(CultureInfo.InvariantCulture, $"{module}:0x{address:x}");

    private static bool IsTailCall(ProbeSite site) => site.Arguments[0] is UnavailableExpression;

    private static AllocationSites? Find(AllocationFunction function, string place, ProbeSelection selection, bool hasFilter)
    {
        var found = selection.Find($"uretprobe:{place}");
        var returns = function.Size.Length == 0 ? [] : found.Select(r => WithResults(function, r, selection, hasFilter)).ToArray();
        // Calls begin at the place of the entry that costs least, which is not always the first instruction.
        var entries = found.Count > 0 && found.All(r => r.Calls.Count > 0) ? [.. found.Select(EntryOf)] : selection.Find($"uprobe:{place}");
        return entries.Count == 0 || (function.Size.Length > 0 && returns.Length == 0)
            ? null
            : new AllocationSites(function, [.. entries.Select(e => e with { Function = function.Name })], returns);
    }

    private static Probe EntryOf(Probe probe) => probe with { Parameters = [], Sites = [.. probe.Calls.Select(c => new ProbeSite(c.Location, []))], Companions = [], Calls = [], CallCaveat = null };

    // The kernel may follow calls where no filter forbids it: while they run, no stack is unwound and none is left for another, and signal handlers may not call them.
    private static Probe WithResults(AllocationFunction function, Probe probe, ProbeSelection selection, bool hasFilter)
    {
        var exits = Exits(function, probe, selection, []).ToArray();
        return probe with
        {
            Function = function.Name,
            Parameters = [new ProbeParameter("block", IntegerType.UInt64)],
            CallCaveat = hasFilter ? probe.CallCaveat : null,
            Sites = [.. exits.SelectMany(e => e.Sites)],
            Companions = [.. exits.SelectMany(e => e.Companions).Distinct()],
            Calls = [.. probe.Calls.Select(s => With(s, X64Register.Rax))],
        };
    }

    // Where a function ends by a jump to another, that one returns in its place; who is returned to is known by what was asked. calloc jumps to memset through the linkage
    // table, which returns the block that it clears (glibc malloc/malloc.c, musl src/malloc/calloc.c).
    private static IEnumerable<(IEnumerable<ProbeSite> Sites, IReadOnlyList<CompanionSite> Companions)> Exits(AllocationFunction function, Probe probe, ProbeSelection selection, HashSet<ulong> seen)
    {
        yield return (probe.Sites.Where(s => !IsTailCall(s)).Select(s => With(s, X64Register.Rax)), probe.Companions);
        foreach (var site in probe.Sites.Where(IsTailCall))
        {
            var target = TailCall.TargetOf(probe.Module.Image, site.Location.ImageAddress);
            if (target is { } known && !seen.Add(known))
                continue;
            var next = target is { } address ? selection.Find($"uretprobe:{Address(probe.Module.Name, address)}") : [];
            foreach (var exits in next.SelectMany(n => Exits(function, n, selection, seen)))
                yield return exits;
            if (next.Count == 0 && function.Name == "calloc")
                yield return ([With(site, X64Register.Rdi)], []);
        }
    }

    private static ProbeSite With(ProbeSite site, X64Register result) => site with { Arguments = new ExpressionList(Build.Register(result)) };
}
