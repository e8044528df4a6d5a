using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf.Sdt;

namespace Tracer.Core.Binding;

/// <summary>Makes probes of a module's <c>.note.stapsdt</c>: one probe a name, one site a note, every operand an expression.</summary>
public static class NoteProbes
{
    /// <summary>The probes in the order of their first notes; what cannot be read is told in <paramref name="warnings"/>.</summary>
    public static IReadOnlyList<Probe> Read(TargetModule module, ICollection<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(warnings);
        var list = SdtReader.Read(module.Image);
        foreach (var diagnostic in list.Diagnostics)
            warnings.Add($"{module.Path}: {diagnostic.Message} [{diagnostic.Id}]");
        if (list.Notes.IsEmpty)
            return [];

        // Compilers move noreturn-marked and inlined copies around: one name may stand at many sites, not next to each other in the section.
        var resolver = new SdtOperandResolver(module.Image);
        var names = new List<(string, string)>();
        var byName = new Dictionary<(string, string), List<SdtNote>>();
        foreach (var note in list.Notes)
        {
            var key = (note.Provider, note.Name);
            if (!byName.TryGetValue(key, out var notes))
            {
                byName.Add(key, notes = []);
                names.Add(key);
            }

            notes.Add(note);
        }

        return [.. names.Select(n => MakeProbe(module, n.Item1, n.Item2, byName[n], resolver, warnings))];
    }

    private static Probe MakeProbe(
        TargetModule module, string provider, string name, List<SdtNote> notes, SdtOperandResolver resolver, ICollection<string> warnings)
    {
        var compiled = new List<(SdtNote Note, CodeLocation Location, Expression[] Arguments)>();
        foreach (var note in notes)
        {
            if (note.LocationFileOffset is not { } offset)
            {
                warnings.Add($"{module.Path}: {provider}:{name} names address 0x{note.Location:x}, which is in no segment of the file.");
                continue;
            }

            var arguments = resolver.Resolve(note).Select(o => OperandCompiler.Compile(o, note.Location)).ToArray();
            compiled.Add((note, new CodeLocation(module, offset, note.Location), arguments));
        }

        var count = compiled.Count == 0 ? 0 : compiled.Max(c => c.Arguments.Length);
        var parameters = new ProbeParameter[count];
        for (var k = 0; k < count; k++)
        {
            var types = compiled.Where(c => c.Arguments.Length > k).Select(c => c.Arguments[k]).Where(a => a is not UnavailableExpression).Select(a => a.Type);
            parameters[k] = new ProbeParameter("arg" + k.ToString(CultureInfo.InvariantCulture), Common(types));
        }

        var sites = compiled.Select(c => new ProbeSite(c.Location, new ExpressionList([.. parameters.Select((p, k) => k < c.Arguments.Length
            ? ProbeSpec.Retype(c.Arguments[k], p.Type)
            : new UnavailableExpression(p.Type, "this site has fewer arguments"))]))
        {
            Semaphore = SemaphoreOf(module, c.Note, warnings),
        }).ToArray();
        return new Probe(provider, name, module, ProbeSource.Usdt, parameters, sites)
        {
            DormantReason = sites.Length == 0 ? "none of its notes names an address in the file" : null,
        };
    }

    // Sites of one probe may declare one argument with different sizes (a constant here, a register there): the widest holds all of them.
    private static ExpressionType Common(IEnumerable<ExpressionType> types)
    {
        ExpressionType? common = null;
        foreach (var type in types)
        {
            common = (common, type) switch
            {
                (null, _) => type,
                (IntegerType a, IntegerType b) when a.Size == b.Size => IntegerType.Of(a.Size, a.Signed || b.Signed),
                (IntegerType a, IntegerType b) => a.Size > b.Size ? a : b,
                (FloatType a, FloatType b) => a.Size > b.Size ? a : b,
                _ => common,
            };
        }

        return common ?? IntegerType.UInt64;
    }

    private static ProbeSemaphore? SemaphoreOf(TargetModule module, SdtNote note, ICollection<string> warnings)
    {
        if (note.Semaphore == 0)
            return null;
        if (note.SemaphoreFileOffset is { } offset)
            return new ProbeSemaphore(module, offset, note.Semaphore);
        warnings.Add($"{module.Path}: the semaphore of {note.Provider}:{note.Name} at 0x{note.Semaphore:x} is in no segment of the file; the probe may stay silent.");
        return null;
    }
}
