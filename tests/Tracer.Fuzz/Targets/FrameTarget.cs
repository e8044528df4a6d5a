using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Call frame information: .eh_frame with its search table, .debug_frame, and the expressions in them.</summary>
public sealed class FrameTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "frames";

    /// <inheritdoc/>
    public override int Count => 2_000;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (32L * length) + (1 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => SectionBundle.Mutate(input, mutator, Words, MaximumLength);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var table = FrameTable.Load(Image(input));
        outcome.Add($"{table.IsEmpty}");
        var row = default(UnwindRow);
        var context = new Nowhere();
        for (ulong address = 0x1000; address < 0x1200; address += 5)
        {
            if (!table.TryFindRow(address, ref row))
                continue;
            outcome.Add($"{row.Cfa.Kind} {row.IsSignalFrame} {row.ReturnAddressRegister}");
            if (row.Cfa.Kind == CfaRuleKind.Expression)
                outcome.Add($"{FrameExpression.TryEvaluate(row.Expression(row.Cfa.Value), null, ref context, out _)}");
            for (var register = 0; register < UnwindRow.RegisterCount; register++)
            {
                outcome.Add($"{register} {row[register].Kind}");
                if (row[register].Kind is RegisterRuleKind.Expression or RegisterRuleKind.ValueExpression)
                    outcome.Add($"{FrameExpression.TryEvaluate(row.Expression(row[register].Value), 0, ref context, out _)}");
            }
        }

        outcome.Add("functions", table.Functions().Count());
    }

    internal static ElfImage Image(byte[] input)
    {
        var sections = SectionBundle.Read(input);
        var builder = new ElfBuilder().AddSection(".text", new byte[0x200], 0x1000, flags: ElfSectionFlags.Execute);
        if (sections.TryGetValue("eh_frame", out var frames))
            builder.AddSection(".eh_frame", frames, 0x20000);
        if (sections.TryGetValue("eh_frame_hdr", out var header))
            builder.AddSection(".eh_frame_hdr", header, 0x10000).AddSegment((ElfSegmentType)0x6474e550, ".eh_frame_hdr");
        if (sections.TryGetValue("debug_frame", out var debug))
            builder.AddSection(".debug_frame", debug);
        return builder.BuildImage();
    }

    private struct Nowhere : IFrameContext
    {
        public readonly bool TryGetRegister(int register, out ulong value)
        {
            value = (ulong)register;
            return register < 17;
        }

        public readonly bool TryRead(ulong address, int size, out ulong value)
        {
            value = unchecked(address * 7);
            return (address & 8) == 0;
        }
    }
}
