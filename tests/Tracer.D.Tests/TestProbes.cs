using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.D.Binding;

namespace Tracer.D.Tests;

/// <summary>Probes for tests.</summary>
internal static class TestProbes
{
    /// <summary>A parameter of every type.</summary>
    public static Probe Request { get; } = Make(
        "app", "request",
        ("name", TextType.Instance), ("path", TextType.Instance), ("i8", IntegerType.Int8), ("i16", IntegerType.Int16), ("i32", IntegerType.Int32),
        ("i64", IntegerType.Int64), ("u8", IntegerType.UInt8), ("u16", IntegerType.UInt16), ("u32", IntegerType.UInt32), ("u64", IntegerType.UInt64),
        ("ratio", FloatType.Double), ("half", FloatType.Single));

    /// <summary>CPython's.</summary>
    public static Probe FunctionEntry { get; } = Make(
        "python", "function__entry", ("filename", TextType.Instance), ("funcname", TextType.Instance), ("lineno", IntegerType.Int32));

    /// <summary>No parameters.</summary>
    public static Probe Tick { get; } = Make("app", "tick");

    /// <summary>A probe whose parameters have C types, see <see cref="FakeDebugTypes"/>.</summary>
    public static Scope Native { get; } = new ProbeScope(
        Make("uprobe", "handle", ("req", IntegerType.UInt64), ("this", IntegerType.UInt64), ("cond", IntegerType.Int64), ("opaque", IntegerType.UInt64)), new FakeDebugTypes());

    private static Probe Make(string provider, string name, params (string Name, ExpressionType Type)[] parameters) => new(
        provider, name, new TargetModule("/usr/bin/app", "/usr/bin/app", 0), default, [.. parameters.Select(p => new ProbeParameter(p.Name, p.Type))], []);
}
