namespace Tracer.Runtimes.Code;

/// <summary>
/// What instruction an exit is observed at. The kernel emulates <see cref="Jump"/>, <see cref="Call"/>, <see cref="Push"/> and <see cref="Nop"/>
/// (arch/x86/kernel/uprobes.c, branch_setup_xol_ops and push_setup_xol_ops); the others are single-stepped out of line, ten times dearer.
/// </summary>
public enum FunctionExitKind
{
    /// <summary>The <c>ret</c> itself.</summary>
    Return,
    /// <summary>Another instruction of the epilogue, which everything that passes it leaves by.</summary>
    Epilogue,
    /// <summary>An unconditional direct jump into the epilogue.</summary>
    Jump,
    /// <summary>A direct call after which nothing but the epilogue comes.</summary>
    Call,
    /// <summary>A push after which nothing but the epilogue comes.</summary>
    Push,
    /// <summary>A one-byte nop after which nothing but the epilogue comes.</summary>
    Nop,
    /// <summary>A jump out of the function with the stack as it was at entry: another function returns in its place.</summary>
    TailCall,
}
