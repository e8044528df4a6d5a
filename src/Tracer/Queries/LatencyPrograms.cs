using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;

namespace Tracer.Queries;

/// <summary>
/// How a latency is measured. Where a return follows its function's frames, the frame knows when it was entered. Two other probes are paired by
/// what each thread remembers: how deep it is in entries, and when it came to each depth.
/// </summary>
internal sealed class LatencyPrograms
{
    private static readonly BuiltInExpression Now = new(BuiltInValue.Timestamp);
    private readonly VariableExpression _depth = new(new Variable("depth", VariableScope.Thread, IntegerType.Int64) { IsDepth = true });
    private readonly VariableExpression _start;
    private readonly LatencyProbes _probes;

    public LatencyPrograms(LatencyProbes probes)
    {
        _probes = probes;
        _start = new VariableExpression(new Variable("start", VariableScope.Thread, IntegerType.UInt64, IntegerType.Int64), new ExpressionList(_depth));
        Value = Build.Binary(BinaryOperator.Subtract, Now, IsPaired ? _start : new BuiltInExpression(BuiltInValue.EntryTimestamp));
    }

    /// <summary>The time since the entry, at a return.</summary>
    public Expression Value { get; }

    private bool IsPaired => _probes.Entries.Count > 0;

    /// <summary>The programs, given what each return does.</summary>
    public IReadOnlyList<ProbeProgram> Make(IReadOnlyList<Expression?> filters, IReadOnlyList<IReadOnlyList<ClauseAction>> actions)
    {
        var programs = new List<ProbeProgram>();
        for (var k = 0; k < _probes.Returns.Count; k++)
        {
            var probe = _probes.Returns[k];
            programs.Add(new ProbeProgram(probe) { Condition = IsPaired ? And(IsOpen(), filters[k]) : filters[k], Actions = actions[k] });
            if (IsPaired)
                programs.Add(Close(probe));
        }

        // After the returns: a probe that is both ends one time where the next begins.
        programs.AddRange(_probes.Entries.Select(Open));
        return programs;
    }

    private ProbeProgram Open(Probe probe) => new(probe)
    {
        Actions = [new AssignAction(_depth, Build.Binary(BinaryOperator.Add, _depth, One)), new AssignAction(_start, Now)],
    };

    // A program of its own, because a return that the filter refuses ends its time too. A saved frame can be taken only once.
    private ProbeProgram Close(Probe probe) => new(probe with { Sites = [.. probe.Sites.Select(s => s with { Restore = null })] })
    {
        Condition = IsEntered(),
        // The start stays: the next entry of this depth writes over it.
        Actions = [new AssignAction(_depth, Build.Binary(BinaryOperator.Subtract, _depth, One))],
    };

    private static ConstantExpression One => new(1, IntegerType.Int64);

    private BinaryExpression IsEntered() => new(BinaryOperator.Less, new ConstantExpression(0, IntegerType.Int64), _depth);

    // Without a start the entry found no room to remember it, which is counted as a drop.
    private BinaryExpression IsOpen() =>
        new(BinaryOperator.LogicalAnd, IsEntered(), Build.Binary(BinaryOperator.NotEqual, _start, Build.Constant(0)));

    private static BinaryExpression And(BinaryExpression left, Expression? right) => right is null ? left : new BinaryExpression(BinaryOperator.LogicalAnd, left, right);
}
