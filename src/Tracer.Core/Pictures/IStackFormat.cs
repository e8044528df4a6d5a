using Tracer.Core.Stacks;

namespace Tracer.Core.Pictures;

/// <summary>What a runtime knows of pictures of the frames that interpreted code has in a thread.</summary>
public interface IStackFormat : IPictureFormat
{
    /// <summary>Whether a native frame is one of the function that runs frames of interpreted code.</summary>
    bool Runs(NativeFrame frame);
}
