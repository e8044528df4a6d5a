using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// Which reads of an instruction of Python are its execution: those of the evaluation loop. It reads the operand once, with the opcode or for it, while it may look at the opcode more than once:
/// it compares it with what it expects next (PREDICT), and reads it again after it has let go of the GIL (Python/ceval.c).
/// </summary>
internal sealed class EvaluationReads
{
    // HAVE_ARGUMENT and SETUP_FINALLY of 2.7 (Include/opcode.h): instructions before the one have no operand there, and the other is what the loop looks for before it lets go of the GIL.
    private const byte FirstWithOperand = 90;
    private const byte SetupFinally = 122;

    private readonly bool _hasOperandsAlways;
    private readonly Expression? _isLoop;
    private readonly Expression? _isLoopAndNoLook;

    public EvaluationReads(InterpreterCode code)
    {
        _hasOperandsAlways = code.Version.Major >= 3;
        var bias = code.Module.LoadBias;
        var blocks = new List<CodeBlock>();
        if (NamedFunction.TryFind(code.Module.Image, EvalFrameProbes.FunctionIn(code.Version), out var named, out _))
            blocks.AddRange(named);
        if (code.Loop is { } loop)
            blocks.Add(loop.Code);
        var at = Build.Register(X64Register.Rip);
        _isLoop = blocks.Select(b => (Expression)Build.Binary(BinaryOperator.Less, Build.Binary(BinaryOperator.Subtract, at, Build.Constant(unchecked(b.Address + bias))), Build.Constant((ulong)b.Bytes.Length)))
            .Aggregate((Expression?)null, (all, one) => all is null ? one : Build.Binary(BinaryOperator.LogicalOr, all, one));
        if (_hasOperandsAlways || _isLoop is null)
            return;
        // A trap comes behind the instruction that read.
        var looks = blocks.SelectMany(b => InstructionStream.Decode(b, [b.Address]))
            .Where(i => i is { Mnemonic: Mnemonic.Cmp, Op0Kind: OpKind.Memory } && i.MemorySize is MemorySize.UInt8 or MemorySize.Int8 && i.GetImmediate(1) == SetupFinally).ToArray();
        if (looks.Length > 0)
            _isLoopAndNoLook = looks.Aggregate(_isLoop, (all, i) => Build.Binary(BinaryOperator.LogicalAnd, all, Build.Binary(BinaryOperator.NotEqual, at, Build.Constant(unchecked(i.NextIP + bias)))));
    }

    /// <summary>Which byte of an instruction is to be watched.</summary>
    /// <param name="opcode">Its first byte.</param>
    public int WatchedByte(byte opcode) => _hasOperandsAlways || opcode >= FirstWithOperand ? 1 : 0;

    /// <summary>Whether a read of that byte is an execution, in an expression of the site; null when that cannot be told.</summary>
    /// <param name="opcode">The instruction's first byte.</param>
    public Expression? IsExecution(byte opcode) => WatchedByte(opcode) == 1 ? _isLoop : _isLoopAndNoLook;
}
