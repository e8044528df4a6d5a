using Iced.Intel;

namespace Tracer.Runtimes.Php;

/// <summary>
/// The beginning of a handler of ZEND_DO_UCALL, ZEND_DO_FCALL_BY_NAME or ZEND_DO_FCALL: it takes the frame that has been prepared for the callee, <c>EX(call)</c>, and of that the function, and tells
/// thereby which registers hold them.
/// </summary>
/// <param name="Line">Its instructions.</param>
/// <param name="Loaded">The index of the instruction behind these two loads.</param>
/// <param name="Frame">The register with the callee's frame.</param>
/// <param name="Function">The register with the function.</param>
internal sealed record CallHandler(CodeLine Line, int Loaded, Register Frame, Register Function)
{
    /// <summary>Where to observe: both registers are as they were loaded.</summary>
    public ulong? Site => Line.SiteFrom(Loaded, Frame, Function);

    /// <summary>Reads a handler; null when it begins in another way.</summary>
    public static CallHandler? Of(CodeLine line)
    {
        var call = line.LoadFrom(0, VirtualMachine.FrameRegister, PhpLayout.FrameCall);
        if (call < 0)
            return null;
        var frame = line.Code[call].Op0Register;
        var function = line.LoadFrom(call + 1, frame, PhpLayout.FrameFunction);
        return function < 0 ? null : new CallHandler(line, function + 1, frame, line.Code[function].Op0Register);
    }
}
