using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of frames: the code object is the first region, the slots are the fifth, until 3.10 the fourth.</summary>
internal sealed class FrameFormat(PythonVersion version, PythonLayout layout, PythonObjectLayout objects, bool isEntry) : IPictureFormat
{
    /// <summary>What of a code object is copied: all that has to do with names.</summary>
    public const int CodeBytes = 144;

    public IPictureReader Open(ITargetMemory memory) => new Reader(this, memory);

    private sealed class Reader(FrameFormat format, ITargetMemory memory) : PictureReader(memory, format.Objects)
    {
        protected override PictureContent Read()
        {
            var slots = PythonLocalsLayout.ForVersion(format.Version);
            var frame = Picture.RegionAt(slots.CodeKinds is null ? 3 : 4).Address - (ulong)slots.FrameSlots;
            var locals = new PythonLocals(Objects, format.Version, format.Layout);
            var found = locals.Read(frame, Picture.RegionAt(0).Address, Limits, format.IsEntry);
            return Content([.. (found ?? []).Select(v => new PictureItem(v.Name, v.Value))]);
        }
    }

    private PythonVersion Version => version;

    private PythonLayout Layout => layout;

    private PythonObjectLayout Objects => objects;

    private bool IsEntry => isEntry;
}
