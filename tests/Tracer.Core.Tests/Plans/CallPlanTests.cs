using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Xunit;

namespace Tracer.Core.Tests.Plans;

/// <summary>What is planned of a function's returns: at its exits, and by following its calls.</summary>
public sealed class CallPlanTests
{
    private static readonly TargetModule Module = new("/app", "/app", 0);
    private static readonly TargetProcess Target = new(1, new BufferMemory(0x1000, new byte[8]), [Module]);
    private static readonly Expression Sp = Build.Register(X64Register.Rsp);
    private static readonly FrameStore Offered = new("frames", 3);
    private static readonly FrameSave Save = new(
        Offered, Sp, new ExpressionList(Build.Register(X64Register.Rdi), Build.Register(X64Register.Rsi), Build.Register(X64Register.Rdx)));

    // retval, and three arguments as they were at the entry.
    private static readonly Expression[] Values = [Build.Register(X64Register.Rax), new SavedExpression(0), new SavedExpression(1), Build.CString(new SavedExpression(2))];
    private static readonly ParameterExpression Retval = new(0, IntegerType.UInt64), A = new(1, IntegerType.UInt64), B = new(2, IntegerType.UInt64), Text = new(3, TextType.Instance);
    private static readonly Expression Age = Build.Binary(BinaryOperator.Subtract, new BuiltInExpression(BuiltInValue.Timestamp), new BuiltInExpression(BuiltInValue.EntryTimestamp));

    private static readonly Probe Return = new(
        "app", "return", Module, ProbeSource.Native, [.. Values.Select((v, k) => new ProbeParameter($"v{k}", v.Type))], [Site(0x20, Sp)])
    {
        Companions = [new CompanionSite(At(0x10), Save)],
        Calls = [Site(0x10, Build.Offset(Sp, -8)) with { Call = Save }],
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frames_keep_only_what_is_read(bool follows)
    {
        var probe = follows ? Return.FollowingCalls() : Return;
        Assert.Equal([X64Register.Rsi], Saved(new ProbeProgram(probe) { Values = [new("b", B)] }));
        Assert.Equal([X64Register.Rdi, X64Register.Rdx], Saved(new ProbeProgram(probe) { Values = [new("text", Text), new("a", A)] }));
        Assert.Equal([null], Saved(new ProbeProgram(probe) { Values = [new("age", Age)] }));
        Assert.Equal([X64Register.Rsi, null], Saved(new ProbeProgram(probe) { Values = [new("age", Age), new("b", B)] }));
        // Nothing is read: that there is a frame still decides.
        Assert.Single(Saved(new ProbeProgram(probe) { Values = [] }));

        // Registers; null for the time.
        static X64Register?[] Saved(ProbeProgram program)
        {
            var plan = PlanBuilder.Build(Target, [program]);
            var clauses = plan.Sites.SelectMany(s => s.AllClauses).ToArray();
            var save = Assert.Single(clauses, c => c.Save is not null).Save!;
            var restore = Assert.Single(clauses, c => c.Restore is not null);
            Assert.Same(save.Store, restore.Restore!.Store);
            Assert.Equal(save.Values.Count, save.Store.ValueCount);
            Assert.All(restore.Emission!.Values, v => Assert.False(ExpressionParts.Any(v.Expression, e => e is SavedExpression s && (uint)s.Slot >= save.Values.Count)));
            return [.. save.Values.Select(v => (v as RegisterExpression)?.Register)];
        }
    }

    [Fact]
    public void A_filter_of_saved_arguments_is_asked_at_the_entry_of_a_followed_call()
    {
        var call = CallOf(Greater(A, 3), Return.FollowingCalls());
        Assert.Equal(Greater(Build.Register(X64Register.Rdi), 3), Assert.Single(call.Entries).Condition);
        Assert.Null(Assert.Single(call.Returns).Condition);
        // What only the filter reads need not be saved: the time alone is one value.
        Assert.Equal(1, call.Entries[0].Save!.Store.ValueCount);
    }

    [Fact]
    public void A_filter_that_needs_the_return_or_may_fault_waits_for_it()
    {
        foreach (var filter in new[]
                 {
                     Greater(Retval, 3), Greater(Build.Binary(BinaryOperator.Divide, A, B), 3), Greater(Build.Load(A, 0, IntegerType.UInt64), 3), Greater(Age, 3),
                     new BinaryExpression(BinaryOperator.LogicalAnd, Greater(A, 3), Greater(Retval, 3)),
                 })
        {
            var call = CallOf(filter, Return.FollowingCalls());
            Assert.Null(Assert.Single(call.Entries).Condition);
            Assert.NotNull(Assert.Single(call.Returns).Condition);
        }
    }

    [Fact]
    public void What_else_happens_at_a_return_is_not_kept_from_it_by_a_filter()
    {
        var probe = Return.FollowingCalls();
        var other = probe with { Sites = [.. probe.Sites.Select(s => s with { Restore = null })] };
        var plan = PlanBuilder.Build(Target, [new ProbeProgram(probe) { Condition = Greater(A, 3), Values = [] }, new ProbeProgram(other) { Values = [] }]);
        var call = Assert.Single(plan.Sites).Call!;
        Assert.Null(Assert.Single(call.Entries).Condition);
        Assert.Equal([true, false], call.Returns.Select(r => r.Condition is not null));
    }

    [Fact]
    public void Calls_are_no_plan_for_an_executor_in_this_process()
    {
        var plan = PlanBuilder.Build(Target, [new ProbeProgram(Return.FollowingCalls()) { Values = [] }]);
        Assert.True(plan.FollowsCalls);
        Assert.Empty(Assert.Single(plan.Sites).Clauses);
        Assert.Throws<ArgumentException>(() => new PlanExecutor(plan, Target.Memory, null!));
        Assert.False(PlanBuilder.Build(Target, [new ProbeProgram(Return) { Values = [] }]).FollowsCalls);
    }

    private static PlannedCall CallOf(Expression filter, Probe probe) =>
        Assert.Single(PlanBuilder.Build(Target, [new ProbeProgram(probe) { Condition = filter, Values = [new("age", Age)] }]).Sites).Call!;

    private static BinaryExpression Greater(Expression left, ulong right) => new(BinaryOperator.Less, Build.Constant(right), left);

    private static ProbeSite Site(ulong offset, Expression key) => new(At(offset), new ExpressionList(Values)) { Restore = new FrameRestore(Offered, key) };

    private static CodeLocation At(ulong offset) => new(Module, offset, offset);
}
