using Tracer.Core.Backends;
using Tracer.Core.Targets;
using Tracer.Sessions;

namespace Tracer.Following;

/// <summary>One image of a family: what is armed for its processes, file by file.</summary>
internal sealed class FollowedImage(ProcessImage image)
{
    private readonly Dictionary<(uint, uint, ulong), string> _armed = [];

    /// <summary>What plans for it are marked with.</summary>
    public ProcessImage Image => image;

    /// <summary>What is armed.</summary>
    public List<SessionPart> Parts { get; } = [];

    /// <summary>How many processes have it.</summary>
    public int Processes { get; set; }

    /// <summary>Whether plans with these digests can be armed for it, or are: nothing else is armed in their files.</summary>
    public bool Allows(IReadOnlyDictionary<TargetModule, string> wanted) => wanted.All(w => !_armed.TryGetValue(w.Key.File!.Value, out var digest) || digest == w.Value);

    /// <summary>Whether all of it is armed.</summary>
    public bool HasAll(IReadOnlyDictionary<TargetModule, string> wanted) => wanted.Keys.All(Has);

    /// <summary>Whether anything is armed in that file.</summary>
    public bool Has(TargetModule module) => _armed.ContainsKey(module.File!.Value);

    /// <summary>Disarms it.</summary>
    public Task StopAsync() => Task.WhenAll(Parts.Select(p => p.Attachment.StopAsync().AsTask()));

    /// <summary>A file is armed.</summary>
    public void Add(TargetModule module, string digest) => _armed[module.File!.Value] = digest;
}
