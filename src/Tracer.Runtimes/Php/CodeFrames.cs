using Iced.Intel;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Where functions that handlers call begin a frame, to go on in it: files and texts (ZEND_INCLUDE_OR_EVAL), <c>__call</c> and <c>__callStatic</c> (ZEND_CALL_TRAMPOLINE). They make it the one that
/// runs by <c>EG(current_execute_data) = frame</c>, which they also do for one that they go back to, and for a function of C code.
/// </summary>
/// <param name="Site">Behind that.</param>
/// <param name="Frame">The register with the frame.</param>
internal sealed record CodeFrames(ulong Site, Register Frame)
{
    // Frames that are gone back to are loaded where they are needed.
    private const int Near = 8;

    /// <summary>All of an opcode; empty when its handlers are not of that form.</summary>
    public static IReadOnlyList<CodeFrames> Find(VirtualMachine machine, PhpOpcode opcode, PhpLayout layout)
    {
        if (machine.FunctionsOf(opcode) is not { } functions)
            return [];
        CodeFrames[][] found = [.. functions.Select(f => In(machine, f, layout).ToArray())];
        return found.Any(f => f.Length == 0) ? [] : [.. found.SelectMany(f => f)];
    }

    private static IEnumerable<CodeFrames> In(VirtualMachine machine, ulong function, PhpLayout layout)
    {
        var code = machine.Search.FunctionAt(function);
        var facts = new InstructionFacts();
        for (var k = 0; k < code.Count; k++)
        {
            if (code[k] is not { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, Op1Kind: OpKind.Register, MemoryIndex: Register.None, MemorySize: MemorySize.UInt64 } store
                || store.MemoryDisplacement64 != (ulong)layout.CurrentFrame || GeneralRegister.Of(store.Op1Register) is null || IsGoneBackTo(code, k, facts))
                continue;
            if (machine.LineIn(function, store.IP).SiteFrom(1, store.Op1Register) is { } site)
                yield return new CodeFrames(site, store.Op1Register);
        }
    }

    // The register was loaded with EX(prev_execute_data).
    private static bool IsGoneBackTo(IReadOnlyList<Instruction> code, int store, InstructionFacts facts)
    {
        for (var k = store - 1; k >= 0 && store - k <= Near; k--)
        {
            if (facts.Writes(code[k], code[store].Op1Register))
                return CodeLine.IsLoad(code[k], code[k].MemoryBase) && code[k].MemoryDisplacement64 == PhpLayout.FrameCaller;
        }

        return false;
    }
}
