using System.Globalization;
using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of the frames of a thread, the innermost first: <c>fib (app.py:3) &lt; main (app.py:9)</c>, with <c>…</c> where the picture ends before the stack.</summary>
internal sealed class StackFormat(PythonVersion version, PythonLayout layout, PythonObjectLayout objects) : IPictureFormat
{
    public IPictureReader Open(ITargetMemory memory) => new Reader(this, memory);

    private PythonVersion Version => version;

    private PythonLayout Layout => layout;

    private PythonObjectLayout Objects => objects;

    private sealed class Reader(StackFormat format, ITargetMemory memory) : PictureReader(memory, format.Objects)
    {
        private const int MostFrames = 256;

        protected override IReadOnlyList<PictureItem> Read()
        {
            var walker = new PythonFrameWalker(Objects, format.Version, format.Layout, PythonThreadLayout.ForVersion(format.Version)!, null, codesAreChecked: true);
            var texts = new List<string>();
            var frame = Picture.RegionAt(0).Address;
            for (var k = 0; frame != 0 && k < MostFrames; k++)
            {
                // Beyond the picture there are other frames by now.
                if (!Picture.Has(frame))
                {
                    texts.Add("…");
                    break;
                }

                if (walker.At(frame, out frame) is { } found)
                    texts.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Code.QualifiedName ?? found.Code.Name} ({found.Code.FileName}:{found.Line?.ToString(CultureInfo.InvariantCulture) ?? "?"})"));
                if (Objects.Memory.TakeFault() is { } fault)
                {
                    texts.Add(string.Create(CultureInfo.InvariantCulture, $"<unreadable 0x{fault:x}>"));
                    break;
                }
            }

            return [new PictureItem(null, string.Join(" < ", texts))];
        }
    }
}
