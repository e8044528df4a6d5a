namespace Tracer.Runtimes.Python;

/// <summary>
/// The numbers of the instructions at which frames begin, go on and end, which every feature release of CPython assigns anew (Include/opcode.h, since 3.12
/// Include/opcode_ids.h). Numbers above the ordinary ones are those of specialised and instrumented forms.
/// </summary>
public sealed record PythonOpcodes
{
    /// <summary>RESUME and its specialised forms.</summary>
    public required IReadOnlyList<byte> Resume { get; init; }
    /// <summary>The form of RESUME that compares the code's monitoring version with the thread's; null when there is none.</summary>
    public byte? ResumeCheck { get; init; }
    /// <summary>INSTRUMENTED_RESUME; null in 3.11.</summary>
    public byte? InstrumentedResume { get; init; }
    /// <summary>YIELD_VALUE and its instrumented form.</summary>
    public required IReadOnlyList<byte> Yield { get; init; }
    /// <summary>RETURN_VALUE.</summary>
    public required byte ReturnValue { get; init; }
    /// <summary>RETURN_GENERATOR, which makes a generator of the frame and ends the call that made it.</summary>
    public required byte ReturnGenerator { get; init; }
    /// <summary>PUSH_EXC_INFO, with which every handler of exceptions begins.</summary>
    public required byte PushExceptionInfo { get; init; }
    /// <summary>RAISE_VARARGS, the <c>raise</c> statement.</summary>
    public required byte Raise { get; init; }
    /// <summary>RETURN_CONST and its instrumented form; empty where there is none.</summary>
    public IReadOnlyList<byte> ReturnConstant { get; init; } = [];

    /// <summary>EXTENDED_ARG, where RETURN_CONST may need it.</summary>
    public byte? ExtendedArgument { get; init; }

    /// <summary>The numbers that no instruction has, as ranges from the first to the last.</summary>
    public required IReadOnlyList<(byte First, byte Last)> Unassigned { get; init; }

    /// <summary>Whether no instruction has the number.</summary>
    public bool IsUnassigned(int opcode) => Unassigned.Any(r => opcode >= r.First && opcode <= r.Last);

    /// <summary>All that are named here.</summary>
    public IEnumerable<byte> All =>
        [.. Resume, .. InstrumentedResume is { } r ? [r] : Array.Empty<byte>(), .. Yield, ReturnValue, ReturnGenerator, .. ReturnConstant];

    /// <summary>The numbers of a feature release; null when they are not known.</summary>
    public static PythonOpcodes? ForVersion(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (version.Major, version.Minor) switch
        {
            (3, 11) => new() { Resume = [151, 150], Yield = [86], ReturnValue = 83, ReturnGenerator = 75, PushExceptionInfo = 35, Raise = 130, Unassigned = [(181, 254)] },
            (3, 12) => new()
            {
                Resume = [151],
                InstrumentedResume = 240,
                Yield = [150, 243],
                ReturnValue = 83,
                ReturnGenerator = 75,
                PushExceptionInfo = 35,
                Raise = 130,
                ReturnConstant = [121, 247],
                ExtendedArgument = 144,
                Unassigned = [(169, 170), (177, 236), (255, 255)],
            },
            (3, 13) => new()
            {
                Resume = [149, 207],
                ResumeCheck = 207,
                InstrumentedResume = 236,
                Yield = [118, 241],
                ReturnValue = 36,
                ReturnGenerator = 35,
                PushExceptionInfo = 33,
                Raise = 101,
                ReturnConstant = [103, 240],
                ExtendedArgument = 71,
                Unassigned = [(119, 148), (223, 235), (255, 255)],
            },
            (3, 14) => new()
            {
                Resume = [128, 196],
                ResumeCheck = 196,
                InstrumentedResume = 245,
                Yield = [120, 247],
                ReturnValue = 35,
                ReturnGenerator = 34,
                PushExceptionInfo = 32,
                Raise = 104,
                Unassigned = [(121, 127), (212, 233)],
            },
            (3, 15) => new()
            {
                Resume = [128, 200, 201],
                ResumeCheck = 200,
                InstrumentedResume = 244,
                Yield = [119, 246],
                ReturnValue = 33,
                ReturnGenerator = 32,
                PushExceptionInfo = 30,
                Raise = 103,
                Unassigned = [(120, 127), (219, 232)],
            },
            _ => null,
        };
    }
}
