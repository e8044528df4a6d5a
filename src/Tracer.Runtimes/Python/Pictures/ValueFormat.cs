using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of one object, whose pointer is the first region.</summary>
internal sealed class ValueFormat(PythonObjectLayout layout, ulong pointerMask) : IPictureFormat
{
    public IPictureReader Open(ITargetMemory memory) => new Reader(memory, layout, pointerMask);

    private sealed class Reader(ITargetMemory memory, PythonObjectLayout layout, ulong pointerMask) : PictureReader(memory, layout)
    {
        protected override IReadOnlyList<PictureItem> Read()
        {
            var address = Objects.Memory.Pointer(Picture.RegionAt(0).Address) & pointerMask;
            return address == 0 ? [] : [new PictureItem(null, Objects.Print(address, Limits))];
        }
    }
}
