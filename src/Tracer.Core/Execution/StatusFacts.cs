using System.Diagnostics.CodeAnalysis;
using Tracer.Core.Expressions;
using Tracer.Linux;

namespace Tracer.Core.Execution;

/// <summary>What /proc/PID/status tells of a hit's thread.</summary>
public static class StatusFacts
{
    /// <summary>Whether the value is one of these; only then need the file be read.</summary>
    public static bool Has(BuiltInValue value) => value is BuiltInValue.ParentProcessId or BuiltInValue.UserId or BuiltInValue.GroupId;

    /// <summary>The value, canonical for its type; false when the file could not be read.</summary>
    public static bool TryGet(BuiltInValue value, [NotNullWhen(true)] ProcessStatus? status, out ulong number)
    {
        number = (value, status) switch
        {
            (_, null) => 0,
            (BuiltInValue.ParentProcessId, _) => (ulong)status.PPid,
            (BuiltInValue.UserId, _) => status.RealUserId,
            (BuiltInValue.GroupId, _) => status.RealGroupId,
            _ => 0,
        };
        return status is not null;
    }
}
