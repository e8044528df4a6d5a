using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests;

/// <summary>The values of an event of a function: its texts in order, and its line.</summary>
internal static class FunctionEvent
{
    /// <summary>Reads them; <paramref name="problem"/> is told of each value that is not whole, with the probe and the status.</summary>
    public static (List<string> Texts, int Line) Read(in EventRecord record, Action<string> problem)
    {
        var texts = new List<string>();
        var line = 0;
        foreach (var value in record)
        {
            if (value.Status != EvaluationStatus.Ok)
                problem($"{record.Emission.ProbeName} {value.Planned.Name} {value.Status}");
            if (value.Planned.Expression.Type is TextType)
                texts.Add(TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false));
            else
                line = (int)value.Bits;
        }

        return (texts, line);
    }
}
