using System.Globalization;
using Tracer.Core.Pictures;
using Tracer.Core.Stacks;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>Pictures of the frames of a thread, the innermost first: <c>fib (app.py:3) &lt; main (app.py:9)</c>, with <c>…</c> where the picture ends before the stack.</summary>
internal sealed class StackFormat(PythonVersion version, PythonLayout layout, PythonObjectLayout objects, EvaluationFunction? evaluation) : IStackFormat
{
    public IPictureReader Open(ITargetMemory memory) => new Reader(this, memory);

    public bool Runs(NativeFrame frame) => evaluation?.Contains(frame) == true;

    private PythonVersion Version => version;

    private PythonLayout Layout => layout;

    private PythonObjectLayout Objects => objects;

    private sealed class Reader(StackFormat format, ITargetMemory memory) : PictureReader(memory, format.Objects)
    {
        private const int MostFrames = 256;

        protected override PictureContent Read()
        {
            var walker = new PythonFrameWalker(Objects, format.Version, format.Layout, PythonThreadLayout.ForVersion(format.Version)!, null, codesAreChecked: true);
            var groups = new List<(ulong Mark, IReadOnlyList<InterpreterFrameInfo> Frames)>();
            var group = new List<InterpreterFrameInfo>();
            var texts = new List<string>();
            var frame = Picture.RegionAt(0).Address;
            string? cut = null;
            for (var k = 0; frame != 0 && cut is null; k++)
            {
                // Beyond the picture there are other frames by now.
                if (k == MostFrames || !Picture.Has(frame))
                {
                    cut = "…";
                    break;
                }

                if (walker.At(frame, out frame, out var mark) is { } found)
                {
                    var info = new InterpreterFrameInfo("python", found.Code.Name, found.Code.QualifiedName, found.Code.FileName, found.Line) { FirstLine = found.Code.FirstLine };
                    group.Add(info);
                    texts.Add(info.ToString());
                }

                if (mark is { } ended && group.Count > 0)
                {
                    groups.Add((ended, group));
                    group = [];
                }

                if (Objects.Memory.TakeFault() is { } fault)
                    cut = string.Create(CultureInfo.InvariantCulture, $"<unreadable 0x{fault:x}>");
            }

            if (group.Count > 0)
                groups.Add((0, group));
            if (cut is not null)
                texts.Add(cut);
            return Content(new PictureItem(null, string.Join(" < ", texts))) with { Stack = new PicturedStack(groups, cut is null) };
        }
    }
}
