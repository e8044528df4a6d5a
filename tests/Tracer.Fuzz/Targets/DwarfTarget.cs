using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.D.Binding;
using Tracer.Elf.Dwarf;

namespace Tracer.Fuzz.Targets;

/// <summary>Units, abbreviations, types, functions, variables, location and range lists of DWARF, and what they become: typed values and expressions.</summary>
public sealed class DwarfTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "dwarf";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (512L * length) + (4 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => SectionBundle.Mutate(input, mutator, Words, MaximumLength);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var reader = new DwarfReader(Sections(input));
        var (units, entries) = reader.Count();
        outcome.Add("units", units);
        outcome.Add("entries", entries);
        foreach (var name in (string[])["node", "pair", "choice", "color", "unheard of"])
        {
            if (reader.Types.TryFindStruct(name, out var layout))
            {
                outcome.Add("layout", layout.ToString().Length);
                foreach (var member in layout.Members)
                {
                    outcome.Add($"{member.Type.Underlying.Kind} {member.ByteSize is null} {member.IsBitField} {member.Type.Target.Definition.IsPassedByReference}");
                    _ = (member.Type.Underlying.Enumerators, member.Type.Target.Dimensions);
                    _ = ExpressionPrinter.Print(TypedValue.AtMember(Build.Constant(0x1000), member));
                }
            }

            if (reader.Types.TryFindType(name, out var type))
                outcome.Add("type", type.Declare("x").Length);
        }

        var types = new DwarfDebugTypes([], reader.Types);
        if (types.FindType("struct node") is StructDType node)
        {
            foreach (var member in types.MembersOf(node))
                _ = types.FindMember(node, member);
        }

        foreach (var name in (string[])["work", "main", "helper"])
        {
            foreach (var function in reader.Subprograms.Find(name).Concat(reader.Subprograms.FindInlined(name)))
            {
                outcome.Add("prototype", function.ToString().Length);
                var context = new DwarfContext(function.LowPc, Build.Constant(0x1000)) { FrameBase = function.FrameBase, IsEntry = true };
                Add(outcome, FunctionParameters.AtEntry(function, context, isGlobal: true));
                Add(outcome, FunctionParameters.AtReturn(function.ReturnType));
                var within = context with { Address = function.LowPc + 8, IsEntry = false };
                Add(outcome, FunctionParameters.Within(function, within));
                Add(outcome, FunctionParameters.Locals(function, within));
                outcome.Add("ranges", function.Ranges.Count);
                foreach (var parameter in function.Parameters)
                {
                    foreach (var location in parameter.Locations)
                        outcome.Add("location", location.Expression.ToString().Length);
                }

                _ = function.EntryPc;
            }
        }

        outcome.Add($"{reader.Subprograms.TryFindAt(0x1140, out _)} {reader.Subprograms.TryFindAt(0, out _)}");
        foreach (var diagnostic in reader.Diagnostics)
            outcome.Add(diagnostic.Id);
    }

    internal static DwarfSections Sections(byte[] input)
    {
        var sections = SectionBundle.Read(input);
        return new DwarfSections
        {
            Info = Get("info"),
            Abbrev = Get("abbrev"),
            Str = Get("str"),
            LineStr = Get("line_str"),
            StrOffsets = Get("str_offsets"),
            Addr = Get("addr"),
            RngLists = Get("rnglists"),
            Ranges = Get("ranges"),
            LocLists = Get("loclists"),
            Loc = Get("loc"),
            Line = Get("line"),
            Aranges = Get("aranges"),
            Types = Get("types"),
        };

        byte[] Get(string name) => sections.GetValueOrDefault(name, []);
    }

    private static void Add(Outcome outcome, IReadOnlyList<BoundParameter> parameters)
    {
        outcome.Add("parameters", parameters.Count);
        foreach (var bound in parameters)
            outcome.Add($"{bound.Parameter.Type} {bound.Value.GetType().Name} {ExpressionPrinter.Print(bound.Value).Length / 16}");
    }
}
