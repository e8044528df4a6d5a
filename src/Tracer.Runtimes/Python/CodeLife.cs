using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// How long code objects live, whose texts do not change: until PyCode_Type's tp_dealloc (Objects/codeobject.c, code_dealloc), through which each goes that is
/// given back. The importer may correct co_filename, but of code that has not run yet (Lib/importlib/_bootstrap_external.py, _compile_bytecode).
/// </summary>
internal static class CodeLife
{
    /// <summary>The life of the code objects of a file's interpreter; null when the function is not found.</summary>
    public static ObjectLife? Of(TargetModule module)
    {
        if (!NamedFunction.TryFindSymbol(module.Image, "PyCode_Type", out var type) || new ImagePointers(module.Image).Follow(type.Value + InstanceFunctions.TypeDeallocate) is not (> 0 and var end)
            || !module.Image.IsCode(end))
            return null;
        return new ObjectLife("a code object", module.EntryOf(end), Build.Register(X64Register.Rdi));
    }

    /// <summary>The line of an instruction, with its owner.</summary>
    /// <param name="line">The line.</param>
    /// <param name="code">The code object.</param>
    /// <param name="instruction">What of the frame the line depends on, uint64.</param>
    /// <param name="life">The life of code objects; null when it is not known.</param>
    public static Expression OwnedLine(Expression line, Expression code, Expression instruction, ObjectLife? life) =>
        life is null ? line : new OwnedExpression(line, new TextOwner(code, life, 0), instruction);

    /// <summary>A text of a code object, with its owner.</summary>
    /// <param name="text">The text.</param>
    /// <param name="code">The code object.</param>
    /// <param name="member">Offset of the member that has it.</param>
    /// <param name="life">The life of code objects; null when it is not known.</param>
    public static Expression Owned(Expression text, Expression code, int member, ObjectLife? life) =>
        life is not null && text is TextExpression owned ? owned with { Owner = new TextOwner(code, life, member) } : text;
}
