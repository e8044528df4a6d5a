using System.Globalization;
using Tracer.Core.Pictures;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of the frames of a thread, the innermost first: <c>fib (app.py:3) &lt; main (app.py:9)</c>, with <c>…</c> where the picture ends before the stack.</summary>
/// <param name="version">The version.</param>
/// <param name="layout">The layout of frames.</param>
/// <param name="objects">The layout of objects.</param>
/// <param name="isApart">Whether every frame is items of its own (<see cref="RunningStack"/>) and not a part of one text.</param>
internal sealed class StackFormat(PythonVersion version, PythonLayout layout, PythonObjectLayout objects, bool isApart = false) : IPictureFormat
{
    public IPictureReader Open(ITargetMemory memory) => new Reader(this, memory);

    private PythonVersion Version => version;

    private PythonLayout Layout => layout;

    private PythonObjectLayout Objects => objects;

    private bool IsApart => isApart;

    private sealed class Reader(StackFormat format, ITargetMemory memory) : PictureReader(memory, format.Objects)
    {
        private const int MostFrames = 256;

        protected override IReadOnlyList<PictureItem> Read()
        {
            var walker = new PythonFrameWalker(Objects, format.Version, format.Layout, PythonThreadLayout.ForVersion(format.Version)!, null, codesAreChecked: true);
            var frames = new List<PythonFrame>();
            string? end = null;
            var frame = Picture.RegionAt(0).Address;
            for (var k = 0; frame != 0 && end is null && k < (format.IsApart ? RunningStack.MaximumFrames : MostFrames); k++)
            {
                // Beyond the picture there are other frames by now.
                if (!Picture.Has(frame))
                {
                    end = "…";
                    break;
                }

                if (walker.At(frame, out frame) is { } found)
                    frames.Add(found);
                if (Objects.Memory.TakeFault() is { } fault)
                    end = string.Create(CultureInfo.InvariantCulture, $"<unreadable 0x{fault:x}>");
            }

            if (format.IsApart)
                return [.. frames.SelectMany(Items), .. end is not null || frame != 0 ? [new PictureItem(RunningStack.Cut, end ?? "…")] : Array.Empty<PictureItem>()];
            return [new PictureItem(null, string.Join(" < ", frames.Select(Text).Concat(end is null ? [] : [end])))];
        }

        private static string Line(PythonFrame frame) => frame.Line?.ToString(CultureInfo.InvariantCulture) ?? "?";

        private static string Text(PythonFrame frame) => string.Create(CultureInfo.InvariantCulture, $"{frame.Code.QualifiedName ?? frame.Code.Name} ({frame.Code.FileName}:{Line(frame)})");

        private static PictureItem[] Items(PythonFrame frame) =>
        [
            new(RunningStack.Function, frame.Code.QualifiedName ?? frame.Code.Name), new(RunningStack.File, frame.Code.FileName), new(RunningStack.Line, Line(frame)),
            new(RunningStack.FirstLine, frame.Code.FirstLine.ToString(CultureInfo.InvariantCulture)),
        ];
    }
}
