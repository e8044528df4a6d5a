namespace Tracer.Runtimes.Tcl;

/// <summary>
/// Where members are in what Tcl passes around. Of the interpreter (struct Interp, generic/tclInt.h) its own code tells them; struct CallFrame (public as Tcl_CallFrame) and Tcl_Obj, which
/// extensions are compiled against (generic/tcl.h), are those of 8 or of 9, where sizes became 64 bits wide.
/// </summary>
/// <param name="InterpreterFrame">Interp.varFramePtr.</param>
/// <param name="FrameProcedure">CallFrame.procPtr, by which 8 and 9 are told apart.</param>
internal sealed record TclLayout(int InterpreterFrame, int FrameProcedure)
{
    private const int ProcedureIn8 = 48;
    private const int ProcedureIn9 = 56;

    /// <summary>CallFrame.isProcCallFrame.</summary>
    public const int FrameKind = 8;

    /// <summary>FRAME_IS_LAMBDA: the frame is of <c>apply</c>, whose function is its second word.</summary>
    public const int LambdaBit = 1;

    /// <summary>Tcl_Obj.bytes, null when the object has no string.</summary>
    public const int ObjectBytes = 8;

    /// <summary>Tcl_Obj.length.</summary>
    public const int ObjectLength = 16;

    /// <summary>Whether it is a layout that is known.</summary>
    public bool IsKnown => FrameProcedure is ProcedureIn8 or ProcedureIn9;

    /// <summary>Whether sizes have 64 bits.</summary>
    public bool HasWideSizes => FrameProcedure == ProcedureIn9;

    /// <summary>CallFrame.objc.</summary>
    public int FrameCount => HasWideSizes ? 16 : 12;

    /// <summary>CallFrame.objv.</summary>
    public int FrameWords => HasWideSizes ? 24 : 16;
}
