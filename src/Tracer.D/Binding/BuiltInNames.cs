using System.Diagnostics.CodeAnalysis;
using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>D's names of the values of a hit.</summary>
internal static class BuiltInNames
{
    private static readonly Dictionary<string, BuiltInValue> Values = new()
    {
        ["pid"] = BuiltInValue.ProcessId,
        ["tid"] = BuiltInValue.ThreadId,
        ["ppid"] = BuiltInValue.ParentProcessId,
        ["cpu"] = BuiltInValue.Cpu,
        ["uid"] = BuiltInValue.UserId,
        ["gid"] = BuiltInValue.GroupId,
        ["execname"] = BuiltInValue.Comm,
        ["comm"] = BuiltInValue.Comm,
        ["timestamp"] = BuiltInValue.Timestamp,
        ["walltimestamp"] = BuiltInValue.WallTimestamp,
        ["vtimestamp"] = BuiltInValue.ThreadTime,
        ["probeprov"] = BuiltInValue.ProbeProvider,
        ["probemod"] = BuiltInValue.ProbeModule,
        ["probename"] = BuiltInValue.ProbeName,
        ["probe"] = BuiltInValue.Probe,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Values.Keys, "ustack", "NULL"];

    /// <summary>The value of a name.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out TypedExpression? value)
    {
        value = name == "NULL" ? new TypedExpression(new PointerDType(VoidDType.Instance), Build.Constant(0))
            : name == "ustack" ? new TypedExpression(StackDType.Instance, new StackExpression())
            : Values.TryGetValue(name, out var known) ? TypedExpression.Of(new BuiltInExpression(known))
            : null;
        return value is not null;
    }
}
