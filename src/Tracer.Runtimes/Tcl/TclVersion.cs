using Iced.Intel;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tcl;

/// <summary>The version of a Tcl.</summary>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
/// <param name="Patch">Patch level.</param>
internal sealed record TclVersion(int Major, int Minor, int Patch)
{
    /// <summary>
    /// The version that a file has; null when its code does not tell. <c>void Tcl_GetVersion(int *major, int *minor, int *patchLevel, int *type)</c> (generic/tclBasic.c) writes constants
    /// through its arguments.
    /// </summary>
    public static TclVersion? Read(TargetModule module)
    {
        if (!NamedFunction.TryFind(module.Image, "Tcl_GetVersion", out var blocks, out _))
            return null;
        var code = FunctionBody.Decode(blocks).Instructions;
        return Written(Register.RDI) is { } major && Written(Register.RSI) is { } minor && Written(Register.RDX) is { } patch ? new TclVersion(major, minor, patch) : null;

        int? Written(Register argument) => code
            .Where(i => i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, MemoryIndex: Register.None, MemoryDisplacement64: 0 } && i.MemoryBase == argument && i.Op1Kind is OpKind.Immediate32)
            .Select(i => (int?)i.GetImmediate(1)).FirstOrDefault();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";
}
