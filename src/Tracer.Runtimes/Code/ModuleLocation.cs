using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Code;

/// <summary>Places in a module's code.</summary>
internal static class ModuleLocation
{
    /// <summary>The instruction at a link-time address that the file is known to have.</summary>
    public static CodeLocation LocationOf(this TargetModule module, ulong address)
    {
        module.Image.AddressMap.TryGetFileOffset(address, out var offset);
        return new CodeLocation(module, offset, address);
    }
}
