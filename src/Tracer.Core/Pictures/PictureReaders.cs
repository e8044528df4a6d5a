using Tracer.Core.Expressions;
using Tracer.Core.Records;
using Tracer.Core.Targets;

namespace Tracer.Core.Pictures;

/// <summary>The readers of a target's pictures, made as they are needed. Not thread-safe: for the thread that gets the events.</summary>
/// <param name="memory">The target's memory.</param>
public sealed class PictureReaders(ITargetMemory memory)
{
    private readonly Dictionary<IPictureFormat, IPictureReader> _readers = new(ReferenceEqualityComparer.Instance);

    /// <summary>What the picture of a record shows.</summary>
    public PictureContent Read(ValueRecord value)
    {
        var format = ((PictureType)value.Planned.Expression.Type).Format;
        if (!_readers.TryGetValue(format, out var reader))
            _readers.Add(format, reader = format.Open(memory));
        return reader.Read(value.TextBytes);
    }
}
