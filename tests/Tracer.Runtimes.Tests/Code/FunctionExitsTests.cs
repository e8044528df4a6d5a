using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using static Iced.Intel.AssemblerRegisters;

namespace Tracer.Runtimes.Tests.Code;

public sealed class FunctionExitsTests
{
    private const ulong Start = 0x1000;

    // Labels whose addresses the expected exits name.
    private readonly Dictionary<string, Label> _labels = [];

    [Fact]
    public void A_call_before_the_epilogue_is_the_exit()
    {
        Check(a =>
        {
            a.push(rbp);
            a.push(rbx);
            a.sub(rsp, 0x28);
            a.mov(rbx, rdi);
            Mark(a, "call");
            a.call(0x5000);
            a.add(rsp, 0x28);
            a.pop(rbx);
            a.pop(rbp);
            a.ret();
        }, ("call", 0x38, FunctionExitKind.Call));
    }

    [Fact]
    public void A_jump_into_the_epilogue_is_an_exit_beside_the_call()
    {
        Check(a =>
        {
            var epilogue = a.CreateLabel();
            var other = a.CreateLabel();
            a.push(rbx);
            a.test(edi, edi);
            a.je(other);
            Mark(a, "call");
            a.call(0x5000);
            a.Label(ref epilogue);
            a.pop(rbx);
            a.ret();
            a.Label(ref other);
            a.xor(eax, eax);
            Mark(a, "jump");
            a.jmp(epilogue);
        }, ("call", 8, FunctionExitKind.Call), ("jump", 8, FunctionExitKind.Jump));
    }

    [Fact]
    public void A_jump_to_a_later_pop_has_its_own_displacement()
    {
        Check(a =>
        {
            var last = a.CreateLabel();
            var early = a.CreateLabel();
            a.push(rbp);
            a.test(edi, edi);
            a.je(early);
            a.push(rbx);
            Mark(a, "call");
            a.call(0x5000);
            a.pop(rbx);
            a.Label(ref last);
            a.pop(rbp);
            a.ret();
            a.Label(ref early);
            _labels["jump"] = early;
            a.jmp(last);
        }, ("call", 16, FunctionExitKind.Call), ("jump", 8, FunctionExitKind.Jump));
    }

    [Fact]
    public void A_conditional_jump_into_the_epilogue_makes_its_target_the_exit()
    {
        Check(a =>
        {
            var epilogue = a.CreateLabel();
            a.push(rbx);
            a.test(edi, edi);
            a.je(epilogue);
            a.call(0x5000);
            a.Label(ref epilogue);
            _labels["pop"] = epilogue;
            a.pop(rbx);
            a.ret();
        }, ("pop", 8, FunctionExitKind.Epilogue));
    }

    [Fact]
    public void Falling_out_of_a_condition_is_observed_behind_it_and_jumps_keep_their_sites()
    {
        // CPython 3.8's shape: je back; xor eax, eax; epilogue: add rsp; ret, with the usual way coming by jmp epilogue.
        Check(a =>
        {
            var body = a.CreateLabel();
            var epilogue = a.CreateLabel();
            a.sub(rsp, 0x18);
            a.Label(ref body);
            a.test(edi, edi);
            Mark(a, "jump");
            a.jmp(epilogue);
            a.test(eax, eax);
            a.je(body);
            Mark(a, "xor");
            a.xor(eax, eax);
            a.Label(ref epilogue);
            a.add(rsp, 0x18);
            a.ret();
        }, ("jump", 0x18, FunctionExitKind.Jump), ("xor", 0x18, FunctionExitKind.Epilogue));
    }

    [Fact]
    public void An_indirect_target_in_the_epilogue_is_the_exit_of_all_who_come_before_it()
    {
        var code = Assemble(a =>
        {
            a.push(rbx);
            a.push(rbp);
            a.jmp(rax);
            a.call(0x5000);
            a.pop(rbp);
            Mark(a, "target");
            a.pop(rbx);
            a.ret();
        }, out var at);
        Assert.Equal([new FunctionExit(at["target"], 8, FunctionExitKind.Epilogue)], Places([code], new HashSet<ulong> { at["target"] }));
    }

    [Fact]
    public void Indirect_jumps_to_unknown_places_leave_only_the_ret()
    {
        var code = Assemble(a =>
        {
            a.push(rbx);
            a.jmp(rax);
            Mark(a, "call");
            a.call(0x5000);
            a.pop(rbx);
            Mark(a, "ret");
            a.ret();
        }, out var at);
        Assert.Equal([new FunctionExit(at["ret"], 0, FunctionExitKind.Return)], Places([code], null));
        Assert.Equal([new FunctionExit(at["call"], 8, FunctionExitKind.Call)], Places([code], new HashSet<ulong>()));
    }

    [Fact]
    public void A_jump_to_code_that_is_not_known_leaves_only_the_ret()
    {
        Check(a =>
        {
            a.push(rbx);
            a.test(edi, edi);
            a.jne(0x9000);
            a.call(0x5000);
            a.pop(rbx);
            Mark(a, "ret");
            a.ret();
        }, ("ret", 0, FunctionExitKind.Return));
    }

    [Fact]
    public void A_cold_part_that_jumps_back_into_the_epilogue_has_its_site()
    {
        const ulong Cold = 0x9000;
        var main = Assemble(a =>
        {
            var epilogue = a.CreateLabel();
            a.push(rbx);
            a.test(edi, edi);
            a.jne(Cold);
            Mark(a, "call");
            a.call(0x5000);
            a.Label(ref epilogue);
            _labels["epilogue"] = epilogue;
            a.pop(rbx);
            a.ret();
        }, out var at);
        var cold = Assemble(a =>
        {
            a.call(0x6000);
            Mark(a, "back");
            a.jmp(at["epilogue"]);
        }, out var coldAt, Cold);
        Assert.Equal(
            [new FunctionExit(at["call"], 8, FunctionExitKind.Call), new FunctionExit(coldAt["back"], 8, FunctionExitKind.Jump)],
            Places([main, cold], new HashSet<ulong>()));
    }

    [Fact]
    public void A_tail_call_is_an_exit()
    {
        Check(a =>
        {
            a.push(rbx);
            a.call(0x5000);
            a.pop(rbx);
            Mark(a, "tail");
            a.jmp(0x7000);
        }, ("tail", 0, FunctionExitKind.TailCall));
    }

    [Fact]
    public void A_leave_is_not_looked_behind()
    {
        Check(a =>
        {
            a.push(rbp);
            a.mov(rbp, rsp);
            a.call(0x5000);
            a.leave();
            Mark(a, "ret");
            a.ret();
        }, ("ret", 0, FunctionExitKind.Return));
    }

    [Fact]
    public void Code_that_cannot_be_decoded_leaves_the_rets_before_it()
    {
        var code = Assemble(a =>
        {
            a.push(rbx);
            a.call(0x5000);
            a.pop(rbx);
            Mark(a, "ret");
            a.ret();
            a.db(0x06, 0x06, 0x06);
        }, out var at);
        Assert.Equal([new FunctionExit(at["ret"], 0, FunctionExitKind.Return)], Places([code], new HashSet<ulong>()));
    }

    [Fact]
    public void Two_rets_have_each_their_exits()
    {
        Check(a =>
        {
            var second = a.CreateLabel();
            a.push(rbx);
            a.test(edi, edi);
            a.je(second);
            Mark(a, "first");
            a.call(0x5000);
            a.pop(rbx);
            a.ret();
            a.Label(ref second);
            a.mov(eax, 1);
            Mark(a, "nop");
            a.nop();
            a.pop(rbx);
            a.ret();
        }, ("first", 8, FunctionExitKind.Call), ("nop", 8, FunctionExitKind.Nop));
    }

    [Fact]
    public void A_lea_of_rsp_counts_as_an_addition()
    {
        Check(a =>
        {
            a.sub(rsp, 0x40);
            Mark(a, "call");
            a.call(0x5000);
            a.lea(rsp, __[rsp + 0x40]);
            a.ret();
        }, ("call", 0x40, FunctionExitKind.Call));
    }

    [Fact]
    public void Too_many_jumps_to_one_epilogue_are_replaced_by_its_ret()
    {
        Check(a =>
        {
            var epilogue = a.CreateLabel();
            a.push(rbx);
            for (var k = 0; k < 20; k++)
            {
                a.mov(eax, k);
                a.jmp(epilogue);
            }

            a.Label(ref epilogue);
            a.pop(rbx);
            Mark(a, "ret");
            a.ret();
        }, ("ret", 0, FunctionExitKind.Return));
    }

    private void Check(Action<Assembler> write, params (string Label, long Displacement, FunctionExitKind Kind)[] expected)
    {
        var code = Assemble(write, out var at);
        Assert.Equal(expected.Select(e => new FunctionExit(at[e.Label], e.Displacement, e.Kind)), Places([code], new HashSet<ulong>()));
    }

    private void Mark(Assembler assembler, string name)
    {
        var label = assembler.CreateLabel(name);
        assembler.Label(ref label);
        _labels[name] = label;
    }

    private CodeBlock Assemble(Action<Assembler> write, out Dictionary<string, ulong> addresses, ulong start = Start)
    {
        var assembler = new Assembler(64);
        _labels.Clear();
        write(assembler);
        using var stream = new MemoryStream();
        var result = assembler.Assemble(new StreamCodeWriter(stream), start, BlockEncoderOptions.ReturnNewInstructionOffsets);
        addresses = _labels.ToDictionary(l => l.Key, l => result.GetLabelRIP(l.Value));
        return new CodeBlock(start, stream.ToArray());
    }

    // Where exits are; where their results are is a test of its own.
    private static IEnumerable<FunctionExit> Places(IReadOnlyList<CodeBlock> blocks, IReadOnlySet<ulong>? targets) => FunctionExits.Find(blocks, targets).Select(e => e with { Result = null });

    [Fact]
    public void Results_are_followed_from_rax_back_to_where_they_are_at_the_exit()
    {
        Assert.Equal(new FunctionResult(X64Register.Rbx), Result(a =>
        {
            a.push(rbx);
            a.call(0x5000);
            a.mov(rax, rbx);
            a.pop(rbx);
            a.ret();
        }));
        Assert.Null(Result(a =>
        {
            a.push(rbx);
            a.call(0x5000);
            a.pop(rbx);
            a.ret();
        }));
        Assert.Null(Result(a =>
        {
            a.push(rbx);
            a.call(0x5000);
            a.mov(rax, rsi);
            a.pop(rbx);
            a.ret();
        }));
        Assert.Equal(new FunctionResult(X64Register.Rsp, 0x20), Result(a =>
        {
            a.sub(rsp, 0x38);
            a.nop();
            a.add(rsp, 8);
            a.mov(rax, __[rsp + 0x18]);
            a.add(rsp, 0x30);
            a.ret();
        }));
        Assert.Null(Result(a =>
        {
            a.sub(rsp, 0x38);
            a.nop();
            a.mov(__[rsp + 0x18], rcx);
            a.mov(rax, __[rsp + 0x18]);
            a.add(rsp, 0x38);
            a.ret();
        }));
        Assert.Null(Result(a =>
        {
            a.push(rbx);
            a.nop();
            a.xor(eax, eax);
            a.pop(rbx);
            a.ret();
        }));
    }

    private FunctionResult? Result(Action<Assembler> write) => Assert.Single(FunctionExits.Find([Assemble(write, out _)], new HashSet<ulong>())).Result;
}
