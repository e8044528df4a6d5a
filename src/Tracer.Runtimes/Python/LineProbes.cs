using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Pictures;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>line</c> for one line of a file in a process, in every version: the code of a line begins with an instruction of which the evaluation loop reads one byte exactly once
/// when it comes there (<see cref="EvaluationReads"/>), so that byte is watched. Nothing is written and nothing else is slowed down.
/// </summary>
/// <param name="gate">The kernel.</param>
/// <param name="code">The interpreter.</param>
/// <param name="target">The process.</param>
internal sealed class LineProbes(ISystemCallGate gate, InterpreterCode code, TargetProcess target)
{
    private const int MostSuggested = 2;

    /// <summary>The probe, or why there is none.</summary>
    public ProbeResolution Find(LinePlace line)
    {
        if (code.Layout is not { } layout)
            return ProbeResolution.None($"Lines of CPython {code.Version} cannot be probed: {code.Problem}.");
        if (!NamedFunction.TryFindSymbol(code.Module.Image, "PyCode_Type", out var type) || RunningFunction.NewestFrame(code.Module, code.Version, layout, out _) is not { } frame)
            return ProbeResolution.None($"Lines of CPython {code.Version} cannot be probed: its code objects or the frame that runs are not found.");
        var evaluation = new EvaluationReads(code);
        var objects = new CodeObjects(gate, target, code.Version, layout);
        var codes = objects.Find(unchecked(type.Value + code.Module.LoadBias), name => name == line.File || name.EndsWith("/" + line.File, StringComparison.Ordinal));
        if (codes.Count == 0)
            return ProbeResolution.None($"The process has no code of a file {line.File}; there is none before a module is imported.");
        var sites = new List<ProbeSite>();
        Span<byte> opcode = stackalloc byte[1];
        var pictures = new PythonPictures(code.Version, layout);
        foreach (var found in codes)
        {
            var (address, length) = objects.Instructions(found);
            foreach (var start in PythonLineTable.Starts(code.Version, found.LineTable.Span, found.FirstLine, length, line.Line))
            {
                if (target.Memory.Read(address + (ulong)start, opcode) != 1)
                    continue;
                if (evaluation.IsExecution(opcode[0]) is null)
                    return ProbeResolution.None($"Lines of CPython {code.Version} cannot be probed: which reads of its evaluation loop are executions is not found.");
                sites.Add(Site(found, address + (ulong)start, opcode[0]));
            }
        }

        return sites.Count > 0 ? ProbeResolution.Of([Probe(sites, pictures)]) : NoSuchLine(line, codes, objects);

        ProbeSite Site(PythonCode found, ulong instruction, byte opcode) => new(CodeLocation.OfData(code.Module, instruction + (ulong)evaluation.WatchedByte(opcode)), new ExpressionList(
            Text(found.FileName), Text(found.Name), Build.Constant((ulong)line.Line, IntegerType.Int32), Text(found.QualifiedName ?? found.Name), pictures.Locals(frame, RunningFunction.CodeOf(frame, layout))))
        {
            IsWatched = true,
            Guard = evaluation.IsExecution(opcode),
        };
    }

    private Probe Probe(List<ProbeSite> sites, PythonPictures pictures) => new(
        InterpreterCode.Provider, "line", code.Module, ProbeSource.Synthesised,
        [.. PythonProbeParameters.Position, PythonProbeParameters.QualifiedName, PythonProbeParameters.Locals(pictures.LocalsType)], sites)
    {
        Note = $"watches the {(sites.Count == 1 ? "place" : $"{sites.Count} places")} where the line's code begins, in functions that are there now; going back to the line within itself is not seen",
    };

    private ProbeResolution NoSuchLine(LinePlace line, IReadOnlyList<PythonCode> codes, CodeObjects objects)
    {
        var lines = new HashSet<int>();
        foreach (var found in codes)
        {
            var length = objects.Instructions(found).Length;
            for (var offset = 0L; offset < length; offset += 2)
            {
                if (PythonLineTable.Line(code.Version, found.LineTable.Span, found.FirstLine, offset) is > 0 and var one)
                    lines.Add(one);
            }
        }

        var near = lines.OrderBy(l => Math.Abs(l - line.Line)).ThenBy(l => l).Take(MostSuggested).Order().Select(l => $"{InterpreterCode.Provider}:{line.File}:{l}");
        return ProbeResolution.None($"No code of {line.File} begins at line {line.Line}, in the {codes.Count} functions of it that are there now.", [.. near]);
    }

    private static TextLiteralExpression Text(string text) => new(text.Replace('\0', '\ufffd'));
}
