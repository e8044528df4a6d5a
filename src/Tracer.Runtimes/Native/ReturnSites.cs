using System.Globalization;
using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Finds every place by which a function is left: its rets, where the result is in its registers, and its tail calls. When it cannot be proven that these are all, there
/// is a reason and no site: an exit that is missed is a return that never comes.
/// </summary>
internal sealed class ReturnSites
{
    private readonly NativeModule _module;
    private readonly FunctionBody _body;
    private readonly List<ReturnSite> _sites = [];
    private HashSet<ulong>? _targets;

    private ReturnSites(NativeModule module, FunctionBody body)
    {
        _module = module;
        _body = body;
    }

    /// <summary>The sites in order of address, or the reason in one clause why there are none.</summary>
    public static IReadOnlyList<ReturnSite> Find(NativeModule module, FunctionBody body, out string? problem)
    {
        var search = new ReturnSites(module, body);
        problem = search.Run();
        if (problem is null && search._sites.Count == 0)
            problem = "it has no return: it ends the program or jumps out of itself for good";
        return problem is null ? search._sites : [];
    }

    private string? Run()
    {
        if (_body.InvalidAt is { } bad)
            return string.Create(CultureInfo.InvariantCulture, $"its code at +0x{bad - _body.Start:x} is not understood, so that not all its exits are known");
        for (var k = 0; k < _body.Instructions.Count; k++)
        {
            var instruction = _body.Instructions[k];
            var problem = instruction.FlowControl switch
            {
                FlowControl.Return => Add(instruction, isTailCall: false, null),
                FlowControl.UnconditionalBranch => Direct(instruction),
                FlowControl.ConditionalBranch => Direct(instruction),
                FlowControl.IndirectBranch => Indirect(k),
                _ => null,
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }

    private string? Add(in Instruction instruction, bool isTailCall, Expression? condition)
    {
        _sites.Add(new ReturnSite(instruction.IP, isTailCall, condition));
        return null;
    }

    private string? Direct(in Instruction instruction)
    {
        var target = instruction.NearBranchTarget;
        if (_body.Contains(target))
            return null;
        if (!IsFrameGone(instruction.IP) && (_module.FrameAddressAt(instruction.IP) is not null || !_module.Symbols.StartsAt(target)))
            return $"at {Offset(instruction)} it goes on in code outside its known bounds, so that not all its exits are known";
        if (instruction.FlowControl == FlowControl.UnconditionalBranch)
            return Add(instruction, isTailCall: true, null);
        return BranchCondition.Of(instruction) is { } condition
            ? Add(instruction, isTailCall: true, condition)
            : $"at {Offset(instruction)} it is left under a condition that is not understood";
    }

    // A jump through a table stays in the function, one through a pointer leaves it.
    private string? Indirect(int index)
    {
        var instruction = _body.Instructions[index];
        // gcc marks jumps through its own tables, whose targets need no endbr64. A tail call has given its frame back.
        var isFrameKnown = _module.FrameAddressAt(instruction.IP) is not null;
        if (IsNotrack(instruction) || (isFrameKnown && !IsFrameGone(instruction.IP)))
            return null;
        bool? isTable = instruction.Op0Kind == OpKind.Memory ? instruction.MemoryIndex != Register.None : ComesFromTable(index);
        if (isTable == true)
            return null;
        if (isFrameKnown && (isTable == false || !MayStayInside()))
            return Add(instruction, isTailCall: true, null);
        return $"at {Offset(instruction)} it jumps through a register, which may stay in the function or leave it";
    }

    // The prefix is that of the ds segment (Intel SDM volume 1, 17.3.1), which Iced gives as such.
    private static bool IsNotrack(in Instruction instruction) => instruction.SegmentPrefix == Register.DS;

    private bool MayStayInside()
    {
        if (_targets is null)
        {
            var all = new HashSet<ulong>();
            foreach (var block in _body.Blocks)
                all.UnionWith(IndirectTargets.Collect(_module.Image, block));
            // Pointers to the function itself are no places within.
            all.Remove(_body.Start);
            _targets = all;
        }

        return _targets.Count > 0;
    }

    // movslq (%table,%index,4), %a; add %table, %a; jmp *%a; or mov (%table,%index,8), %a; jmp *%a. A pointer comes from memory without an index.
    private bool? ComesFromTable(int index)
    {
        var jump = _body.Instructions[index];
        for (var k = index - 1; k >= 0 && index - k <= 16 && _body.Instructions[k].FlowControl == FlowControl.Next; k--)
        {
            var before = _body.Instructions[k];
            if (before.OpCount == 0 || before.Op0Kind != OpKind.Register || before.Op0Register != jump.Op0Register || before.Mnemonic is Mnemonic.Push or Mnemonic.Cmp or Mnemonic.Test)
                continue;
            return before.Mnemonic switch
            {
                Mnemonic.Add => true,
                Mnemonic.Mov when before.Op1Kind == OpKind.Memory => before.MemoryIndex != Register.None,
                _ => null,
            };
        }

        return null;
    }

    private bool IsFrameGone(ulong address) =>
        _module.FrameAddressAt(address) is BinaryExpression { Operator: BinaryOperator.Add, Left: RegisterExpression { Register: X64Register.Rsp }, Right: ConstantExpression { Value: 8 } };

    private string Offset(in Instruction instruction) => string.Create(CultureInfo.InvariantCulture, $"+0x{instruction.IP - _body.Start:x}");
}
