using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Where generators are suspended and where they end (Zend/zend_generators.c). All are run by <c>zend_generator_resume</c>, which after a run asks of one that is suspended whether a call is half
/// prepared in its frame; <c>zend_generator_close</c> gives up the frame.
/// </summary>
/// <param name="Suspended">The jump behind that question.</param>
/// <param name="Frame">The register with the frame there.</param>
/// <param name="Close">The entry of <c>void zend_generator_close(zend_generator *generator, bool finished_execution)</c>.</param>
/// <param name="GeneratorFrame">zend_generator.execute_data; null in a generator that has ended.</param>
internal sealed record GeneratorCode(ulong Suspended, X64Register Frame, ulong Close, int GeneratorFrame)
{
    private const int Near = 8;

    /// <summary>Finds them; null with a reason in one clause.</summary>
    public static GeneratorCode? Find(ElfImage image, out string? problem)
    {
        if (!NamedFunction.TryFind(image, "zend_generator_resume", out var resume, out problem))
            return null;
        if (NamedFunction.AddressOf(image, "zend_generator_close") is not { } close)
        {
            problem = "zend_generator_close is in no symbol table";
            return null;
        }

        var code = FunctionBody.Decode([resume[0]]).Instructions;
        var found = Enumerable.Range(0, code.Count).Select(k => At(code, k, close)).OfType<GeneratorCode>().ToArray();
        problem = found.Length == 1 ? null : "zend_generator_resume does not ask in one place for calls of a generator that is suspended";
        return problem is null ? found[0] : null;
    }

    // if (generator->execute_data && generator->execute_data->call): cmpq $0, 8(%frame); jne, with the frame loaded and tested before.
    private static GeneratorCode? At(IReadOnlyList<Instruction> code, int index, ulong close)
    {
        if (code[index] is not { Code: Iced.Intel.Code.Cmp_rm64_imm8, Op0Kind: OpKind.Memory, MemoryIndex: Register.None, MemoryDisplacement64: PhpLayout.FrameCall } question
            || question.GetImmediate(1) != 0 || index + 1 >= code.Count || !code[index + 1].IsJccShortOrNear || GeneralRegister.Of(question.MemoryBase) is not { } frame)
            return null;
        var isTested = false;
        for (var k = index - 1; k >= 0 && index - k <= Near; k--)
        {
            isTested |= code[k] is { Mnemonic: Mnemonic.Test, Op1Kind: OpKind.Register } && code[k].Op0Register == question.MemoryBase && code[k].Op1Register == question.MemoryBase;
            if (code[k].Op0Kind == OpKind.Register && code[k].Op0Register == question.MemoryBase && code[k].Mnemonic is not (Mnemonic.Test or Mnemonic.Cmp))
                return isTested && CodeLine.IsLoad(code[k], code[k].MemoryBase) ? new GeneratorCode(code[index + 1].IP, frame, close, (int)code[k].MemoryDisplacement64) : null;
        }

        return null;
    }
}
