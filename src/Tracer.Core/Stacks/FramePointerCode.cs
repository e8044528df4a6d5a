using System.Buffers.Binary;
using Tracer.Core.Targets;

namespace Tracer.Core.Stacks;

/// <summary>
/// Which modules of a target keep frame pointers, and what that makes of a chain of them: beyond the first frame in code that keeps none, frames may be missing,
/// and that is said there.
/// </summary>
public sealed class FramePointerCode
{
    // The C library and the loader are below every stack's outermost function and are mostly built without frame pointers.
    private static readonly string[] Borders = ["libc.so", "libc-2.", "libpthread", "ld-linux", "ld-2.", "ld.so", "ld-musl", "[vdso]"];

    private readonly ModuleMap _code;
    private readonly HashSet<TargetModule> _keeping = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads the call frame information of all modules.</summary>
    /// <param name="code">Where the target's code is.</param>
    /// <param name="goesOn">Whether frames are taken also beyond code that keeps no frame pointers, where they may be wrong.</param>
    public FramePointerCode(ModuleMap code, bool goesOn = false)
    {
        ArgumentNullException.ThrowIfNull(code);
        _code = code;
        GoesOn = goesOn;
        var without = new List<TargetModule>();
        foreach (var module in code.Modules)
        {
            if (FramePointerUse.IsKept(module.Image))
                _keeping.Add(module);
            else if (!Array.Exists(Borders, b => module.Name.StartsWith(b, StringComparison.Ordinal)))
                without.Add(module);
        }

        Without = without;
        Ranges = [.. code.RangesOf(_keeping.Contains)];
    }

    /// <summary>Whether frames are taken also beyond code that keeps no frame pointers.</summary>
    public bool GoesOn { get; }

    /// <summary>Modules that keep no frame pointers, other than the C library, the loader and the vDSO.</summary>
    public IReadOnlyList<TargetModule> Without { get; }

    /// <summary>Where the code is that keeps frame pointers; ascending.</summary>
    public IReadOnlyList<(ulong Start, ulong End)> Ranges { get; }

    /// <summary>The frames of a chain.</summary>
    /// <param name="addresses">Program counters, eight bytes each, innermost first.</param>
    /// <param name="isBroken">Whether the chain ended where it should not.</param>
    /// <param name="startIsKnown">Whether the first step is certain, whatever the innermost frame's code keeps.</param>
    /// <param name="frames">Where they go; it is emptied first.</param>
    public void Read(ReadOnlySpan<byte> addresses, bool isBroken, bool startIsKnown, List<NativeFrame> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        frames.Clear();
        var hasGap = false;
        for (var k = 0; k < addresses.Length / sizeof(ulong); k++)
        {
            var frame = new NativeFrame(BinaryPrimitives.ReadUInt64LittleEndian(addresses[(k * sizeof(ulong))..]), k == 0 ? NativeFrameKind.Top : NativeFrameKind.Call);
            frames.Add(frame);
            if (hasGap || (k == 0 && startIsKnown) || (_code.Find(frame.LookupAddress) is { } module && _keeping.Contains(module)))
                continue;
            frames.Add(new NativeFrame(frame.LookupAddress, NativeFrameKind.Missing));
            hasGap = true;
            if (!GoesOn)
                return;
        }

        if (isBroken && frames is [.., { Kind: not NativeFrameKind.Missing }])
            frames.Add(new NativeFrame(0, NativeFrameKind.Missing));
    }
}
