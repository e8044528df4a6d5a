using Iced.Intel;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>Where the interpreters of a CPython in a target begin.</summary>
/// <param name="Interpreters">The address of the pointer to the first interpreter.</param>
/// <param name="CurrentThread">The address of the pointer to the thread state that holds the GIL, in versions where one is for all interpreters; 0 in others.</param>
/// <param name="Layout">The layout to go on with.</param>
internal sealed record PythonRuntimeState(ulong Interpreters, ulong CurrentThread, PythonThreadLayout Layout)
{
    /// <summary>Finds it by exported names, which stripped files have too; null with a reason in one clause.</summary>
    public static PythonRuntimeState? Find(TargetModule module, PythonMemory memory, PythonVersion version, out string? problem)
    {
        if (PythonThreadLayout.ForVersion(version) is not { } layout)
        {
            problem = $"the layout of CPython {version}'s threads is not known";
            return null;
        }

        return layout.RuntimeInterpreters is null ? FindVariables(module, layout, out problem) : FindRuntime(module, memory, version, layout, out problem);
    }

    private static PythonRuntimeState? FindRuntime(TargetModule module, PythonMemory memory, PythonVersion version, PythonThreadLayout layout, out string? problem)
    {
        problem = null;
        if (!TryFind(module.Image, "_PyRuntime", out var symbol))
        {
            problem = "_PyRuntime is in no symbol table";
            return null;
        }

        var runtime = AddressMap.ToRuntime(symbol.Value, module.LoadBias);
        var known = version.IsAtLeast(3, 13) ? PythonDebugOffsets.Apply(memory, runtime, version, layout, out problem) : layout;
        return known is null
            ? null
            : new PythonRuntimeState(runtime + (ulong)known.RuntimeInterpreters!, known.RuntimeCurrentThread is { } current ? runtime + (ulong)current : 0, known);
    }

    // 2.7 and 3.6: PyInterpreterState_Head returns a static variable. _PyThreadState_Current is null whenever nobody holds the GIL, so it leads nowhere.
    private static PythonRuntimeState? FindVariables(TargetModule module, PythonThreadLayout layout, out string? problem)
    {
        const string Getter = "PyInterpreterState_Head";
        problem = null;
        if (!TryFind(module.Image, Getter, out var getter) || FirstVariable(module.Image, getter) is not { } head)
        {
            problem = $"{Getter} is not there or not as it should be";
            return null;
        }

        var current = TryFind(module.Image, "_PyThreadState_Current", out var symbol) ? AddressMap.ToRuntime(symbol.Value, module.LoadBias) : 0;
        return new PythonRuntimeState(AddressMap.ToRuntime(head, module.LoadBias), current, layout);
    }

    private static ulong? FirstVariable(ElfImage image, ElfSymbol getter)
    {
        const int LongestGetter = 32;
        var code = image.DataFrom(getter.Value);
        code = code[..Math.Min(code.Length, LongestGetter)];
        var decoder = Decoder.Create(64, code.ToArray());
        decoder.IP = getter.Value;
        while (decoder.IP < getter.Value + (ulong)code.Length)
        {
            decoder.Decode(out var instruction);
            if (instruction.Mnemonic == Mnemonic.Endbr64)
                continue;
            return instruction is { Mnemonic: Mnemonic.Mov, Op0Register: Register.RAX, Op1Kind: OpKind.Memory } && (instruction.IsIPRelativeMemoryOperand || instruction.MemoryBase == Register.None)
                ? instruction.IsIPRelativeMemoryOperand ? instruction.IPRelativeMemoryAddress : instruction.MemoryDisplacement64
                : null;
        }

        return null;
    }

    private static bool TryFind(ElfImage image, string name, out ElfSymbol symbol)
    {
        symbol = default;
        return image.DynamicSymbols?.TryFind(name, out symbol) is true || image.SymbolTable?.TryFind(name, out symbol) is true;
    }
}
