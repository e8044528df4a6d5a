using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Elf;
using Tracer.Queries;

namespace Tracer.Allocations;

/// <summary>
/// The programs that put memory down to interpreted functions: at a block's return its size and who runs are remembered under its address and summed up; where it is given
/// back, the sum is that of who asked for it. Who is a number (<see cref="RunningCode.Identity"/>); its names are told once, by an event, when the number is new.
/// </summary>
internal sealed class AllocationPrograms
{
    /// <summary>The name of the value that is the number, in the event that tells who it is.</summary>
    public const string Owner = "owner";

    // Of what a runtime tells, that which names a row; its stack is copied for nobody.
    private static readonly string[] Told = ["pyfile", "pyfunc", "pyqualname", "pyline"];

    private static readonly Expression Nothing = Build.Constant(0);

    // As for identities: multiplying by an odd number mixes.
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private readonly RunningCode _running;
    private readonly bool _isByLine;
    private readonly bool _hasFilter;
    private readonly Expression _owner;
    private readonly Variable _current = new("owner", VariableScope.Thread, IntegerType.UInt64);
    private readonly Variable _sizes;
    private readonly Variable _owners;
    private readonly Variable _known;
    private readonly List<ProbeProgram> _programs = [];

    private AllocationPrograms(RunningCode running, AllocationOptions options, bool hasFilter)
    {
        _hasFilter = hasFilter;
        _running = running;
        _isByLine = options.By == AllocationBy.Line;
        var line = Build.ToUInt64(running.Names.Single(n => n.Name == "pyline").Value);
        _owner = !_isByLine
            ? running.Identity
            : Build.If(running.Identity, Build.Binary(BinaryOperator.Xor, Build.Binary(BinaryOperator.Multiply, running.Identity, Build.Constant(Mixer)), line), Nothing);
        _sizes = new Variable("size", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64) { Capacity = options.MaximumBlocks };
        _owners = new Variable("owner", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64) { Capacity = options.MaximumBlocks };
        _known = new Variable("known", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64) { Capacity = options.MaximumRows };
        Allocated = Table("allocated", options);
        Freed = Table("freed", options);
    }

    private Aggregation Allocated { get; }

    private Aggregation Freed { get; }

    /// <summary>The program of a trace.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="selection">Finds probes of the target.</param>
    /// <param name="hasFilter">Whether a seccomp filter watches the target.</param>
    /// <exception cref="TracerException">Nothing interpreted can be told, or the C library's functions are not there.</exception>
    public static TraceProgram Make(AllocationOptions options, ProbeSelection selection, bool hasFilter)
    {
        var running = selection.Running.Code(out var problem)
            ?? throw new TracerException("ST0221", FailureKind.Unsupported, "Memory cannot be put down to functions here.", $"{problem}.");
        var programs = new AllocationPrograms(running, options, hasFilter);
        var probes = new List<Probe>();
        foreach (var function in AllocationFunction.OfLibc)
            programs.Add(function, "libc", selection, probes, isNeeded: function.Name is "malloc" or "free");
        if (!IsInlined(selection.Running.Module!.Image))
        {
            var module = selection.Running.Module.Name;
            // Since there is PyMem_RawMalloc (3.4), PyObject_Malloc is no longer all that there is.
            var small = selection.Find($"uprobe:{module}:PyMem_RawMalloc").Count > 0 ? AllocationFunction.OfPython : AllocationFunction.OfOldPython;
            var isWhole = small.All(f => selection.Find($"uprobe:{module}:{f.Name}") is { Count: > 0 } found && found.All(p => IsAsInSource(f, p)));
            foreach (var function in isWhole ? small : [])
                programs.Add(function, module, selection, probes, isNeeded: false);
        }

        return new TraceProgram(probes, programs._programs, [programs.Allocated, programs.Freed]) { Silence = "no memory was asked for while it was traced." };
    }

    // Link-time optimisation puts the allocator of small blocks into whoever calls it: its functions are there and few calls pass them. GCC marks what it made local then.
    private static bool IsInlined(ElfImage image)
    {
        if (image.SymbolTable is not { } symbols)
            return false;
        foreach (var symbol in symbols)
        {
            if (symbols.Name(symbol).IndexOf(".lto_priv"u8) >= 0)
                return true;
        }

        return false;
    }

    private static Aggregation Table(string name, AllocationOptions options) => new(name, AggregationFunction.Sum, new AggregationKey(Owner, IntegerType.UInt64))
    {
        ValueType = IntegerType.UInt64,
        Capacity = options.MaximumRows,
    };

    private void Add(AllocationFunction function, string module, ProbeSelection selection, List<Probe> probes, bool isNeeded)
    {
        var entry = selection.Find($"uprobe:{module}:{function.Name}");
        var returns = function.Size.Length == 0 ? [] : selection.Find($"uretprobe:{module}:{function.Name}");
        if (entry.Count == 0 || (function.Size.Length > 0 && returns.Count == 0))
        {
            if (isNeeded)
                throw new TracerException("ST0221", FailureKind.Unsupported, "Memory cannot be put down to functions here.", $"{module} has no {function.Name} that can be probed.");
            return;
        }

        returns = [.. returns.Select(r => WithResults(function, r))];
        probes.AddRange(entry.Concat(returns));
        // One variable a function: they call each other.
        var asked = new VariableExpression(new Variable($"asked of {function.Name}", VariableScope.Thread, IntegerType.UInt64));
        foreach (var probe in entry)
            AddEntry(function, probe, asked);
        if (returns.Count == 0)
            return;
        // A return takes its entry's frame: each program has its own.
        AddNames(WithResults(function, selection.Find($"uretprobe:{module}:{function.Name}")[0]), asked);
        AddBlock(returns[0], asked);
    }

    // The debugging information of a function whose arguments the compiler has changed says that they are nowhere: then it is called so from some places only.
    private static bool IsAsInSource(AllocationFunction function, Probe probe) => function.Size.Append(function.Block ?? function.Size[0])
        .All(k => k < probe.Parameters.Count && probe.Parameters[k].Type is IntegerType && probe.Sites.All(s => !ExpressionParts.Any(s.Arguments[k], e => e is UnavailableExpression)));

    // What is taken back is put down where it begins, before another thread can be given the same address.
    private void AddEntry(AllocationFunction function, Probe probe, VariableExpression asked)
    {
        if (function.Block is { } block)
        {
            var address = Argument(probe, block);
            var (size, owner) = (Element(_sizes, address), Element(_owners, address));
            _programs.Add(new ProbeProgram(probe)
            {
                Condition = Build.Binary(BinaryOperator.NotEqual, size, Nothing),
                Actions =
                [
                    new AggregateAction(Freed, new ExpressionList(owner), size),
                    new AssignAction(size, Nothing),
                    new AssignAction(owner, Nothing),
                ],
            });
        }

        if (function.Size.Length > 0)
        {
            var wanted = function.Size.Select(k => Argument(probe, k)).Aggregate((a, b) => Build.Binary(BinaryOperator.Multiply, a, b));
            _programs.Add(new ProbeProgram(probe) { Actions = [new AssignAction(asked, wanted), new AssignAction(new VariableExpression(_current), _owner)] });
        }
    }

    // Where a function ends by a jump to another, that one returns in its place. calloc jumps to memset, which returns the block that it clears (glibc malloc/malloc.c, musl
    // src/malloc/calloc.c); others jump to functions that are observed themselves. The kernel may follow their calls where no filter forbids it: while they run, no stack is unwound
    // and none is left for another, and signal handlers may not call them.
    private Probe WithResults(AllocationFunction function, Probe probe) => probe with
    {
        CallCaveat = _hasFilter ? probe.CallCaveat : null,
        Sites =
        [
            .. probe.Sites.Where(s => s.Arguments[0] is not UnavailableExpression || function.Name == "calloc").Select(s => s.Arguments[0] is not UnavailableExpression
                ? s
                : s with { Arguments = new ExpressionList([Build.Convert(Build.Register(X64Register.Rdi), s.Arguments[0].Integer), .. s.Arguments.Skip(1)]) }),
        ],
    };

    // A block that is known already is one that a function called from here has given, as malloc does what is too large for Python's own allocator.
    private Expression IsGiven(Expression address, VariableExpression asked) => And(asked, And(address, Build.EqualTo(Element(_sizes, address), 0)));

    private void AddNames(Probe probe, VariableExpression asked)
    {
        var owner = new VariableExpression(_current);
        var known = Element(_known, owner);
        _programs.Add(new ProbeProgram(probe)
        {
            Condition = And(IsGiven(Argument(probe, 0), asked), And(owner, Build.EqualTo(known, 0))),
            Actions = [new AssignAction(known, Build.Constant(1))],
            Values = [new PlannedValue(Owner, owner), .. _running.Names.Where(n => Told.Contains(n.Name) && (_isByLine || n.Name != "pyline")).Select(n => new PlannedValue(n.Name, n.Value))],
        });
    }

    private void AddBlock(Probe probe, VariableExpression asked)
    {
        var address = Argument(probe, 0);
        var owner = new VariableExpression(_current);
        _programs.Add(new ProbeProgram(probe)
        {
            Condition = IsGiven(address, asked),
            Actions =
            [
                new AggregateAction(Allocated, new ExpressionList(owner), asked),
                new AssignAction(Element(_owners, address), owner),
                new AssignAction(Element(_sizes, address), asked),
                new AssignAction(asked, Nothing),
            ],
        });
    }

    private static Expression Argument(Probe probe, int index) => Build.ToUInt64(new ParameterExpression(index, probe.Parameters[index].Type));

    private static VariableExpression Element(Variable variable, Expression key) => new(variable, new ExpressionList(key));

    private static Expression And(Expression left, Expression right) => Build.Binary(BinaryOperator.LogicalAnd, left, right);
}
