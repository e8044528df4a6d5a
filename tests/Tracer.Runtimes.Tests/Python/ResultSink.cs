using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Counts returns of one file's functions by qualified name, whether there is an exception, and the type when it is told.</summary>
internal sealed class ResultSink(string file, Dictionary<string, int> counts) : IEventSink
{
    public void OnEvent(in EventRecord record)
    {
        var texts = new Dictionary<string, string>();
        long exception = -1;
        foreach (var value in record)
        {
            if (value.Planned.Name == "exception")
                exception = (long)value.Bits;
            else if (value.Planned.Expression.Type is TextType)
                texts[value.Planned.Name] = value.Status == EvaluationStatus.Ok ? TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false) : value.Status.ToString();
        }

        var name = texts.GetValueOrDefault("qualname", texts["funcname"]);
        if (!texts["filename"].EndsWith(file, StringComparison.Ordinal) || name is "<module>" or "say" or "Thing" or "Inner")
            return;
        var key = texts.TryGetValue("type", out var type) ? $"{name} {exception} {type}" : $"{name} {exception}";
        counts[key] = counts.GetValueOrDefault(key) + 1;
    }

    public void OnBatchEnd()
    {
    }
}
