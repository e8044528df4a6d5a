using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>What a hit knows of itself, and variables.</content>
internal sealed partial class ExpressionCompiler
{
    private short? _time;

    /// <summary>Reads the clock now, for all that follows in this clause; R0 to R5 are lost.</summary>
    public void ReadTime()
    {
        _time ??= frame.Reserve(8);
        code.Call(BpfHelper.GetTimeNanoseconds).Store(BpfSize.Double, R10, _time.Value, R0);
    }

    /// <summary>R0 = the clause's time; R1 to R5 are lost.</summary>
    public void LoadTime()
    {
        if (_time is { } place)
            code.Load(BpfSize.Double, R0, R10, place);
        else
            code.Call(BpfHelper.GetTimeNanoseconds);
    }

    /// <summary>Forgets the clause's time.</summary>
    public void ForgetTime() => _time = null;

    private void BuiltIn(BuiltInExpression builtIn, BpfLabel fail)
    {
        switch (builtIn.Value)
        {
            case BuiltInValue.ProcessId:
                code.Call(BpfHelper.GetProcessAndThread).Alu(BpfOperation.ShiftRight, R0, 32);
                break;
            case BuiltInValue.ThreadId:
                code.Call(BpfHelper.GetProcessAndThread).Move32(R0, R0);
                break;
            case BuiltInValue.Cpu:
                code.Call(BpfHelper.GetProcessorId);
                break;
            case BuiltInValue.UserId:
                code.Call(BpfHelper.GetUserAndGroup).Move32(R0, R0);
                break;
            case BuiltInValue.GroupId:
                code.Call(BpfHelper.GetUserAndGroup).Alu(BpfOperation.ShiftRight, R0, 32);
                break;
            case BuiltInValue.Timestamp:
                LoadTime();
                break;
            case BuiltInValue.WallTimestamp:
                LoadTime();
                code.LoadConstant(R1, (long)WallClock.UnixNanosecondsAtZero).Alu(BpfOperation.Add, R0, R1);
                break;
            // What the scheduler has booked: it does so at every tick and every switch (update_curr in kernel/sched/fair.c).
            case BuiltInValue.ThreadTime when kernel.TaskMember("se.sum_exec_runtime") is { } runtime:
                code.Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, runtime);
                break;
            case BuiltInValue.ParentProcessId when kernel.TaskMember("real_parent") is { } parent && kernel.TaskMember("tgid") is { } process:
                code.Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, parent).Load(BpfSize.Word, R0, R0, process);
                break;
            default:
                Unavailable(fail);
                break;
        }
    }

    private void Unavailable(BpfLabel fail) => code.Move(R0, 0).Move(R1, (int)EvaluationStatus.Unavailable).JumpIf(BpfCondition.Equal, R0, 0, fail);

    private void ReadVariable(VariableExpression variable, BpfLabel fail)
    {
        var mark = frame.Mark;
        var none = code.NewLabel();
        PointToElement(variable, fail);
        code.JumpIf(BpfCondition.Equal, R0, 0, none).Load(BpfSize.Double, R0, R0, (short)(variable.Field * sizeof(ulong))).Bind(none);
        frame.ReleaseTo(mark);
    }

    /// <summary>Assigns R10[<paramref name="value"/>], and for a second field what is behind it, to an element; jumps to <paramref name="dropped"/> when there is no room for it.</summary>
    public void Assign(VariableExpression target, short value, BpfLabel fail, BpfLabel dropped)
    {
        var mark = frame.Mark;
        var done = code.NewLabel();
        if (IsPlain(target.Variable))
        {
            code.LoadMapValue(R0, maps.Elements(target.Variable), 0).Load(BpfSize.Double, R1, R10, value);
            StoreFields();
            return;
        }

        // An element that is there is written in place: an update would allocate another one and free this one. What has keys frees its element when it becomes
        // zero; a thread's plain variable keeps it, for there is one a thread.
        var key = WriteElementKey(target, fail);
        var absent = code.NewLabel();
        var remove = code.NewLabel();
        Arguments();
        code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, absent)
            .Load(BpfSize.Double, R1, R10, value);
        if (target.Keys.Count > 0)
            code.JumpIf(BpfCondition.Equal, R1, 0, remove);
        StoreFields();
        code.Jump(done).Bind(absent)
            .Load(BpfSize.Double, R1, R10, value).JumpIf(BpfCondition.Equal, R1, 0, done);
        Arguments();
        code.Move(R3, R10).Alu(BpfOperation.Add, R3, value).Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate)
            .JumpIf(BpfCondition.Equal, R0, 0, done).Jump(dropped).Bind(remove);
        Arguments();
        code.Call(BpfHelper.MapDelete).Bind(done);
        frame.ReleaseTo(mark);

        void Arguments() => code.LoadMap(R1, maps.Elements(target.Variable)).Move(R2, R10).Alu(BpfOperation.Add, R2, key);

        // R1, the first, to where R0 points, and the others behind it, which are zero where the first is.
        void StoreFields()
        {
            code.Store(BpfSize.Double, R0, 0, R1);
            for (var field = 1; field < target.Variable.FieldCount; field++)
            {
                var kept = code.NewLabel();
                code.Load(BpfSize.Double, R2, R10, (short)(value + (field * sizeof(ulong)))).JumpIf(BpfCondition.NotEqual, R1, 0, kept).Move(R2, 0)
                    .Bind(kept).Store(BpfSize.Double, R0, (short)(field * sizeof(ulong)), R2);
            }
        }
    }

    /// <summary>R0 = the address of an element's value, or zero.</summary>
    private void PointToElement(VariableExpression element, BpfLabel fail)
    {
        if (IsPlain(element.Variable))
        {
            code.LoadMapValue(R0, maps.Elements(element.Variable), 0);
            return;
        }

        var key = WriteElementKey(element, fail);
        code.LoadMap(R1, maps.Elements(element.Variable)).Move(R2, R10).Alu(BpfOperation.Add, R2, key).Call(BpfHelper.MapLookup);
    }

    private short WriteElementKey(VariableExpression element, BpfLabel fail)
    {
        if (KernelLimits.Refuse(element, textLimit) is { } reason)
            throw new CompilationException(reason);
        var key = frame.Reserve(8 + (element.Keys.Count * 8));
        for (var k = 0; k < element.Keys.Count; k++)
        {
            Evaluate(element.Keys[k], fail);
            code.Store(BpfSize.Double, R10, (short)(key + 8 + (k * 8)), R0);
        }

        if (element.Variable.Scope == VariableScope.Thread)
            code.Call(BpfHelper.GetProcessAndThread).Move32(R0, R0).Store(BpfSize.Double, R10, key, R0);
        else
            code.Store(BpfSize.Double, R10, key, 0);
        return key;
    }

    private static bool IsPlain(Variable variable) => variable.Scope == VariableScope.Global && variable.KeyTypes.Count == 0;
}
