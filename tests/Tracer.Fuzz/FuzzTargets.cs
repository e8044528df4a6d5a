using Tracer.Fuzz.Targets;

namespace Tracer.Fuzz;

/// <summary>All targets.</summary>
public static class FuzzTargets
{
    /// <summary>All targets, in the order of docs.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new ElfTarget(), new NotesTarget(), new OperandTarget(), new DwarfTarget(), new LineTarget(), new FrameTarget(), new UnwindTarget(), new CompressionTarget(), new XzTarget(),
        new DebugLinkTarget(), new DemanglerTarget(), new ExpressionTarget(), new ProbeSpecTarget(), new PythonObjectTarget(), new PythonThreadTarget(), new PythonLineTarget(),
        new PictureTarget(), new ProcTarget(), new PerfMapTarget(), new BtfTarget(), new PerfRecordTarget(), new RecordTarget(), new JsonTarget(), new CodeTarget(),
    ];

    /// <summary>The target of a name.</summary>
    public static FuzzTarget Named(string name) => All.Single(t => t.Name == name);
}
