using Tracer.Core.Targets;

namespace Tracer.Core.Pictures;

/// <summary>What a runtime knows of its pictures.</summary>
public interface IPictureFormat
{
    /// <summary>A reader of pictures of one target.</summary>
    /// <param name="memory">The target's memory as it is now, for what is not in a picture.</param>
    IPictureReader Open(ITargetMemory memory);
}
