using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;

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

    /// <summary>The first instruction of a function at a link-time address, or the better place behind it (<see cref="FunctionEntry"/>).</summary>
    public static CodeLocation EntryOf(this TargetModule module, ulong function) => module.LocationOf(function + (ulong)FunctionEntry.SkipOf(module.Image.DataFrom(function).Span));

    /// <summary>The address that something of a site's file has in the target, in an expression of the site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="address">The link-time address.</param>
    public static Expression AddressOf(this CodeLocation site, ulong address) => Build.Offset(Build.Register(X64Register.Rip), unchecked((long)(address - site.ImageAddress)));

    /// <summary>Whether the file has code at a link-time address.</summary>
    public static bool IsCode(this ElfImage image, ulong address) =>
        image.AddressMap.LoadSegments.Any(s => (s.Flags & ElfSegmentFlags.Execute) != 0 && address - s.VirtualAddress < s.FileSize);
}
