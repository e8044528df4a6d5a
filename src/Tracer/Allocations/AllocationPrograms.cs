using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Queries;

namespace Tracer.Allocations;

/// <summary>
/// The programs that put memory down to interpreted functions: at a block's return its size and who asked are remembered under its address, together, and summed up; where it is given
/// back, the sum is that of who asked for it. Who is a number (<see cref="AllocationOwner"/>); its names are told once, by an event, when the number is new.
/// </summary>
internal sealed class AllocationPrograms
{
    /// <summary>The places of the aggregations in a trace.</summary>
    public const int AllocatedIndex = 0, FreedIndex = 1, MissedIndex = 2;

    private static readonly Expression Nothing = Build.Constant(0);

    private readonly AllocationOwner _owner;
    // The size and the owner of every block.
    private readonly Variable _blocks;
    // The block that a function called from another has given last: the outer gives the same, as malloc gives what is too large for Python's own allocator.
    private readonly VariableExpression _given = Plain("given");
    private readonly Aggregation _allocated;
    private readonly Aggregation _freed;
    private readonly Aggregation _missed = new("missed", AggregationFunction.Count);
    private readonly List<ProbeProgram> _programs = [];

    private AllocationPrograms(AllocationOwner owner, AllocationOptions options)
    {
        _owner = owner;
        _blocks = new Variable("block", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64) { Capacity = options.MaximumBlocks, FieldCount = 2 };
        _allocated = Table("allocated", options);
        _freed = Table("freed", options);
    }

    /// <summary>The program of a trace.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="selection">Finds probes of the target.</param>
    /// <param name="hasFilter">Whether a seccomp filter watches the target.</param>
    /// <exception cref="TracerException">Nothing interpreted can be told, or the C library's functions are not there.</exception>
    public static TraceProgram Make(AllocationOptions options, ProbeSelection selection, bool hasFilter)
    {
        var running = selection.Running.Code(out var problem) ?? throw Unsupported($"{problem}.");
        var owner = new AllocationOwner(running, running.Stack ?? throw Unsupported("The interpreter's frames cannot be told."), options);
        var programs = new AllocationPrograms(owner, options);
        AllocationSites[] all = [.. AllocationSites.OfLibc(selection, hasFilter), .. AllocationSites.OfInterpreter(selection, hasFilter, out var unseen)];
        if (unseen is not null)
            options.Unseen?.Invoke(unseen);
        foreach (var sites in all)
            programs.Add(sites);
        programs._programs.Add(owner.Watch() ?? throw Unsupported("It cannot be seen when code objects are freed."));
        return new TraceProgram([.. all.SelectMany(s => s.Entries.Concat(s.Returns))], programs._programs, [programs._allocated, programs._freed, programs._missed])
        {
            Silence = "no memory was asked for while it was traced.",
        };

        static TracerException Unsupported(string why) => new("ST0221", FailureKind.Unsupported, "Memory cannot be put down to functions here.", why);
    }

    private static Aggregation Table(string name, AllocationOptions options) => new(name, AggregationFunction.Sum, new AggregationKey(AllocationOwner.Number, IntegerType.UInt64))
    {
        ValueType = IntegerType.UInt64,
        Capacity = options.MaximumRows,
    };

    // One variable of each kind a function: they call each other.
    private void Add(AllocationSites sites)
    {
        var name = sites.Function.Name;
        var asked = Plain($"asked of {name}");
        var place = sites.Function.Place is null ? null : Plain($"place of {name}");
        var taken = sites.Function is { Block: not null, Size.Length: > 0 }
            ? new TakenBlock(new(new Variable($"taken by {name}", VariableScope.Thread, IntegerType.UInt64) { FieldCount = 2 }), Plain($"where of {name}"))
            : null;
        foreach (var probe in sites.Entries)
            AddEntry(sites.Function, probe, asked, place, taken);
        foreach (var probe in sites.Returns)
            AddReturn(probe, asked, place, taken);
    }

    // A block is taken out where giving it back begins, before another thread can be given the same address.
    private void AddEntry(AllocationFunction function, Probe probe, VariableExpression asked, VariableExpression? place, TakenBlock? taken)
    {
        var address = AllocationSites.Argument(function.Block ?? 0);
        if (taken is not null)
        {
            _programs.Add(new ProbeProgram(probe)
            {
                Actions =
                [
                    new AssignAction(taken.Block, Size(address)) { Second = Owner(address) },
                    new AssignAction(taken.Address, address),
                    new AssignAction(Size(address), Nothing),
                ],
            });
        }
        else if (function.Block is not null)
        {
            _programs.Add(new ProbeProgram(probe)
            {
                Condition = Size(address),
                Actions = [new AggregateAction(_freed, new ExpressionList(Owner(address)), Size(address)), new AssignAction(Size(address), Nothing)],
            });
        }

        if (function.Size.Length == 0)
            return;
        // What is asked is noted last: where something before it cannot be read, the block is not counted, and the fault is.
        _programs.AddRange(_owner.Find(probe));
        var wanted = function.Size.Select(AllocationSites.Argument).Aggregate((a, b) => Build.Binary(BinaryOperator.Multiply, a, b));
        _programs.Add(new ProbeProgram(probe)
        {
            Actions =
            [
                new AssignAction(_given, Nothing),
                .. place is null ? Array.Empty<AssignAction>() : [new AssignAction(place, AllocationSites.Argument(function.Place!.Value))],
                new AssignAction(asked, wanted),
            ],
        });
    }

    private void AddReturn(Probe probe, VariableExpression asked, VariableExpression? place, TakenBlock? taken)
    {
        var result = AllocationSites.Result;
        var block = place is null ? result : Build.If(result, Nothing, Build.LoadPointer(place));
        // One program takes the frame that the entry saved, which the others then do not find; that the function was entered is known by what was asked.
        var others = probe with { Sites = [.. probe.Sites.Select(WithoutFrame)], Calls = [.. probe.Calls.Select(WithoutFrame)], Companions = [] };
        var isGiven = Build.And(asked, Build.And(block, Build.Binary(BinaryOperator.NotEqual, block, _given)));
        _programs.Add(new ProbeProgram(probe) { Condition = Build.And(isGiven, _owner.IsNew), Actions = [_owner.Tell], Values = _owner.Names });
        if (taken is not null)
        {
            // A function that fails leaves the block as it was.
            _programs.Add(new ProbeProgram(others)
            {
                Condition = Build.And(taken.Block, Build.And(asked, Build.EqualTo(result, 0))),
                Actions =
                [
                    new AssignAction(Size(taken.Address), taken.Block) { Second = taken.Block with { Field = 1 } },
                    new AssignAction(taken.Block, Nothing),
                ],
            });
            _programs.Add(new ProbeProgram(others)
            {
                Condition = taken.Block,
                Actions = [new AggregateAction(_freed, new ExpressionList(taken.Block with { Field = 1 }), taken.Block), new AssignAction(taken.Block, Nothing)],
            });
        }

        // What is known at an address that is given anew was given back, and that was missed.
        _programs.Add(new ProbeProgram(others)
        {
            Condition = Build.And(isGiven, Size(block)),
            Actions = [new AggregateAction(_missed, new ExpressionList()), new AggregateAction(_freed, new ExpressionList(Owner(block)), Size(block))],
        });
        _programs.Add(new ProbeProgram(others)
        {
            Condition = isGiven,
            Actions =
            [
                new AggregateAction(_allocated, new ExpressionList(_owner.Current), asked),
                new AssignAction(Size(block), asked) { Second = _owner.Current },
                new AssignAction(_given, block),
            ],
        });
        _programs.Add(new ProbeProgram(others) { Actions = [new AssignAction(asked, Nothing)] });
    }

    private static ProbeSite WithoutFrame(ProbeSite site) => site with { Restore = null };

    private static VariableExpression Plain(string name) => new(new Variable(name, VariableScope.Thread, IntegerType.UInt64));

    private VariableExpression Size(Expression address) => new(_blocks, new ExpressionList(address));

    private VariableExpression Owner(Expression address) => Size(address) with { Field = 1 };


    /// <summary>The block that a call may take back: its size and owner, and its address.</summary>
    private sealed record TakenBlock(VariableExpression Block, VariableExpression Address);
}
