using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Runtimes.Tcl;

/// <summary>The probes that Tcl declares in generic/tclDTrace.d, with its own names for the arguments.</summary>
internal static class TclProbeParameters
{
    /// <summary>The provider.</summary>
    public const string Provider = "tcl";

    private const int ProcedureArguments = 9;
    private static readonly ProbeParameter Objc = new("objc", IntegerType.Int32);
    private static readonly ProbeParameter Objv = new("objv", IntegerType.UInt64);
    private static readonly ProbeParameter Code = new("code", IntegerType.Int32);
    private static readonly ProbeParameter Name = new("name", TextType.Instance);

    /// <summary>All probes, by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "proc__entry", "proc__return", "proc__result", "proc__args", "proc__info", "cmd__entry", "cmd__return", "cmd__result", "cmd__args", "cmd__info",
        "inst__start", "inst__done", "obj__create", "obj__free", "tcl__probe",
    ];

    /// <summary>The parameters of a probe.</summary>
    public static IReadOnlyList<ProbeParameter> Of(string name) => name switch
    {
        "proc__entry" or "cmd__entry" => [Name, Objc, Objv],
        "proc__return" or "cmd__return" => [Name, Code],
        "proc__result" or "cmd__result" => [Name, Code, new("result", TextType.Instance), new("resultobj", IntegerType.UInt64)],
        "proc__args" or "cmd__args" => [Name, .. Enumerable.Range(1, ProcedureArguments).Select(k => new ProbeParameter($"a{k}", TextType.Instance))],
        "proc__info" or "cmd__info" =>
        [
            new("cmd", TextType.Instance), new("type", TextType.Instance), new("proc", TextType.Instance), new("file", TextType.Instance), new("line", IntegerType.Int32),
            new("level", IntegerType.Int32), new("method", TextType.Instance), new("class", TextType.Instance),
        ],
        "inst__start" or "inst__done" => [Name, new("depth", IntegerType.Int32), new("stack", IntegerType.UInt64)],
        "obj__create" or "obj__free" => [new("obj", IntegerType.UInt64)],
        _ => [],
    };
}
