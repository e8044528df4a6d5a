using Iced.Intel;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Where members are in what the virtual machine works with. What has moved between 8.0 and 8.5 is read from the file's own code; the others have stayed where they are since 7.0
/// (Zend/zend_compile.h, zend_types.h), and code that extensions are compiled to reads them there.
/// </summary>
/// <param name="FunctionFile">zend_op_array.filename: 152 in 8.2, 168 in 8.4.</param>
/// <param name="FunctionInstructions">zend_op_array.opcodes: 88 in 8.2, 104 in 8.4.</param>
/// <param name="CurrentFrame">zend_executor_globals.current_execute_data.</param>
internal sealed record PhpLayout(int FunctionFile, int FunctionInstructions, int CurrentFrame)
{
    /// <summary>zend_execute_data.opline.</summary>
    public const int FrameInstruction = 0;

    /// <summary>zend_execute_data.call: the call that is being prepared.</summary>
    public const int FrameCall = 8;

    /// <summary>zend_execute_data.return_value: null where the result is not used.</summary>
    public const int FrameResult = 16;

    /// <summary>zend_execute_data.func.</summary>
    public const int FrameFunction = 24;

    /// <summary>The flags of the call: zend_execute_data.This.u1.type_info.</summary>
    public const int FrameFlags = 40;

    /// <summary>The number of arguments: zend_execute_data.This.u2.num_args.</summary>
    public const int FrameArguments = 44;

    /// <summary>zend_execute_data.prev_execute_data.</summary>
    public const int FrameCaller = 48;

    /// <summary>ZEND_CALL_GENERATOR, a bit of <see cref="FrameFlags"/>.</summary>
    public const int GeneratorBit = 24;

    /// <summary>zend_function.common.function_name: null for files.</summary>
    public const int FunctionName = 8;

    /// <summary>zend_function.common.scope: the class, null where there is none.</summary>
    public const int FunctionClass = 16;

    /// <summary>zend_function.common.num_args: how many parameters are declared.</summary>
    public const int FunctionParameters = 32;

    /// <summary>zend_class_entry.name.</summary>
    public const int ClassName = 8;

    /// <summary>zend_op.lineno.</summary>
    public const int InstructionLine = 24;

    /// <summary>sizeof(zend_op), a power of two.</summary>
    public const int InstructionSizeBits = 5;

    /// <summary>zend_string.len.</summary>
    public const int TextLength = 16;

    /// <summary>zend_string.val.</summary>
    public const int TextData = 24;

    private const int FirstThatMoved = 72;
    private const int LargestFunction = 512;

    /// <summary>The layout, or null with a reason in one clause.</summary>
    /// <param name="machine">The virtual machine.</param>
    /// <param name="userCall">What a handler of ZEND_DO_UCALL does, to read where a function's instructions are.</param>
    /// <param name="problem">Why there is none.</param>
    public static PhpLayout? Read(VirtualMachine machine, CallHandler userCall, out string? problem)
    {
        // return ex->func->op_array.filename;
        var file = Functions("zend_get_executed_filename_ex") is { } getter
            ? Enumerable.Range(0, getter.Count - 1).Where(k => getter[k + 1].FlowControl == FlowControl.Return && CodeLine.IsLoad(getter[k], getter[k].MemoryBase) && IsMoved(getter[k]))
                .Select(k => (int?)getter[k].MemoryDisplacement64).FirstOrDefault()
            : null;
        // opline = op_array->opcodes;
        var instructions = userCall.Line.Code.Skip(userCall.Loaded).TakeWhile(i => i.FlowControl == FlowControl.Next)
            .Where(i => CodeLine.IsLoad(i, userCall.Function) && IsMoved(i)).Select(i => (int?)i.MemoryDisplacement64).FirstOrDefault();
        // return EG(current_execute_data) != 0;
        var current = Functions("zend_is_executing")?.Where(i => i is { Mnemonic: Mnemonic.Cmp, Op0Kind: OpKind.Memory, MemoryIndex: Register.None, MemorySize: MemorySize.UInt64 or MemorySize.Int64 }
            && GeneralRegister.Of(i.MemoryBase) is not null && i.MemoryDisplacement64 is > 0 and < 0x1000).Select(i => (int?)i.MemoryDisplacement64).FirstOrDefault();
        problem = file is null ? "where a function has its file was not found" : instructions is null ? "where a function has its instructions was not found"
            : current is null ? "where the running frame is kept was not found" : null;
        return problem is null ? new PhpLayout(file!.Value, instructions!.Value, current!.Value) : null;

        IReadOnlyList<Instruction>? Functions(string name) =>
            NamedFunction.TryFind(machine.Image, name, out var blocks, out _) && FunctionBody.Decode([blocks[0]]).Instructions is { Count: > 1 } code ? code : null;

        static bool IsMoved(in Instruction load) => load.MemoryDisplacement64 is >= FirstThatMoved and < LargestFunction;
    }
}
