using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of one object, with which the first region begins.</summary>
internal sealed class ValueFormat(PythonObjectLayout layout) : IPictureFormat
{
    public IPictureReader Open(ITargetMemory memory) => new Reader(memory, layout);

    private sealed class Reader(ITargetMemory memory, PythonObjectLayout layout) : PictureReader(memory, layout)
    {
        protected override PictureContent Read() => Content(new PictureItem(null, Objects.Print(Picture.RegionAt(0).Address, Limits)));
    }
}
