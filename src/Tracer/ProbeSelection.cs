using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;

namespace Tracer;

/// <summary>From what the user wrote to what is asked for.</summary>
internal static class ProbeSelection
{
    public static IReadOnlyList<ProbeSpec> Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            throw new TracerException("ST0200", FailureKind.Usage, "No probe was asked for.", null, "Name at least one, as provider:probe.");
        var specs = new List<ProbeSpec>(texts.Count);
        foreach (var text in texts)
        {
            if (!ProbeSpec.TryParse(text, out var spec, out var error))
                throw new TracerException("ST0201", FailureKind.Usage, error, null, "Examples: python:function__entry, python:::function-entry, 'app:*', 'app:request(string)', uprobe:libc:malloc.");
            specs.Add(spec);
        }

        return specs;
    }
}
