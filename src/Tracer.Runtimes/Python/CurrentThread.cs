using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The state of the thread that runs, for sites where no register holds it: what <c>PyThreadState_Get</c> does (Python/pystate.c), taken from its code. Every
/// version exports it and in every one it is a few loads: from a variable (2.7, 3.6), from <c>_PyRuntime</c> (3.7 to 3.11), or from thread-local storage (3.12
/// and later), in a program at a fixed distance from the thread's base, in a library through <c>__tls_get_addr</c> of glibc. In a program that was linked with code made
/// for libraries, the linker has put addresses and distances where that code looks them up (psABI x86-64, "Linker Optimization").
/// </summary>
public sealed class CurrentThread
{
    private const int LongestGetter = 64;

    // tcbhead_t.dtv and dtv_t of glibc (sysdeps/x86_64/nptl/tls.h, sysdeps/generic/dl-dtv.h): a vector of 16 bytes for every module with thread-local storage.
    private const int ThreadVector = 8;
    private const int VectorShift = 4;

    private readonly List<Instruction> _code;
    private readonly CallTargets _storage;

    private CurrentThread(List<Instruction> code, CallTargets storage) => (_code, _storage) = (code, storage);

    /// <summary>Reads the function's code; null with a reason in one clause when it is not there or does something else.</summary>
    /// <param name="image">The file with the interpreter.</param>
    /// <param name="problem">Why there is none.</param>
    public static CurrentThread? Find(ElfImage image, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(image);
        problem = "PyThreadState_Get is not there or not as it should be";
        if (!NamedFunction.TryFindSymbol(image, "PyThreadState_Get", out var symbol))
            return null;
        var bytes = image.DataFrom(symbol.Value);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, LongestGetter)].ToArray());
        decoder.IP = symbol.Value;
        var code = new List<Instruction>();
        while (decoder.IP < symbol.Value + LongestGetter && decoder.Decode() is { IsInvalid: false } instruction)
        {
            code.Add(instruction);
            if (instruction.FlowControl is not (FlowControl.Next or FlowControl.Call))
                break;
        }

        var thread = new CurrentThread(code, new CallTargets(image, "__tls_get_addr"u8));
        if (thread.Evaluate(Build.Constant) is null)
            return null;
        var isCalled = code.Any(i => i.FlowControl == FlowControl.Call);
        problem = isCalled && !NeedsGlibc(image) ? "the current thread is in thread-local storage, whose layout in the file's C library is not known" : null;
        return problem is null ? thread : null;
    }

    /// <summary>The thread state's address, uint64.</summary>
    /// <param name="site">The link-time address of the site where it is asked for: the file's data are found by their distance from it.</param>
    public Expression At(ulong site) => Evaluate(address => Build.Offset(Build.Register(X64Register.Rip), unchecked((long)(address - site))))!;

    /// <summary>The thread state's address, uint64, at any site of one process.</summary>
    /// <param name="loadBias">What is added to a link-time address of the file to get the address in that process.</param>
    public Expression In(ulong loadBias) => Evaluate(address => Build.Constant(unchecked(loadBias + address)))!;

    // The name is in the table of strings for dynamic linking (DT_NEEDED), near the start of the file.
    private static bool NeedsGlibc(ElfImage image) => image.Bytes.Span.IndexOf("\0libc.so.6\0"u8) >= 0;

    // Of the file's data it is only known where they are.
    private Expression? Evaluate(Func<ulong, Expression> data)
    {
        var registers = new Dictionary<Register, Expression>();
        foreach (var i in _code)
        {
            switch (i.Mnemonic)
            {
                case Mnemonic.Endbr64 or Mnemonic.Push or Mnemonic.Sub:
                    break;
                case Mnemonic.Mov when i.Op0Kind == OpKind.Register && i.Op1Kind == OpKind.Memory && i.MemorySize == MemorySize.UInt64:
                    if (Address(i, data, registers) is not { } address)
                        return null;
                    registers[i.Op0Register] = Build.LoadPointer(address);
                    break;
                case Mnemonic.Mov when i.Op0Kind == OpKind.Register && i.Op1Kind is OpKind.Immediate32to64 or OpKind.Immediate32:
                    registers[i.Op0Register.GetFullRegister()] = data(i.GetImmediate(1));
                    break;
                case Mnemonic.Lea when Address(i, data, registers) is { } place:
                    registers[i.Op0Register] = place;
                    break;
                case Mnemonic.Call when _storage.IsCalledBy(i) && registers.TryGetValue(Register.RDI, out var index):
                    registers[Register.RAX] = ThreadLocal(index);
                    break;
                case Mnemonic.Test when i.Op0Kind == OpKind.Register && i.Op0Register == i.Op1Register:
                    return registers.GetValueOrDefault(i.Op0Register);
                case Mnemonic.Ret:
                    return registers.GetValueOrDefault(Register.RAX);
                default:
                    return null;
            }
        }

        return null;
    }

    private static Expression? Address(in Instruction i, Func<ulong, Expression> data, Dictionary<Register, Expression> registers)
    {
        if (i.MemoryIndex != Register.None || i.SegmentPrefix is not (Register.None or Register.FS))
            return null;
        Expression? start = i.SegmentPrefix == Register.FS ? Build.Register(X64Register.FsBase) : null;
        if (i.IsIPRelativeMemoryOperand)
            return start is null ? data(i.IPRelativeMemoryAddress) : null;
        if (i.MemoryBase == Register.None)
            return Build.Offset(start ?? Build.Constant(0), (long)i.MemoryDisplacement64);
        if (!registers.TryGetValue(i.MemoryBase, out var held))
            return null;
        return Build.Offset(start is null ? held : Build.Add(start, held), (long)i.MemoryDisplacement64);
    }

    // tls_index: the number of the module, and the distance of the variable from the start of the module's storage.
    private static Expression ThreadLocal(Expression index)
    {
        var vector = Build.LoadPointer(Build.Register(X64Register.FsBase), ThreadVector);
        var storage = Build.LoadPointer(Build.Add(vector, Build.Binary(BinaryOperator.ShiftLeft, Build.LoadPointer(index), Build.Constant(VectorShift))));
        return Build.Add(storage, Build.LoadPointer(index, 8));
    }
}
