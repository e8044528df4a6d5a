using System.Text.RegularExpressions;

namespace Tracer.Bpf;

/// <summary>Finds in a verifier log the one line that says what was wrong.</summary>
public static partial class VerifierLog
{
    /// <summary>
    /// The last line that is a sentence of the verifier (kernel/bpf/verifier.c) and not an instruction, a register state or a statistic,
    /// followed by the instruction last listed before it; null if there is none.
    /// </summary>
    public static string? Summarise(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        string? message = null, instruction = null, last = null;
        foreach (var range in log.AsSpan().Split('\n'))
        {
            var line = log.AsSpan()[range].Trim();
            if (line.IsEmpty || Noise().IsMatch(line))
                continue;
            if (Instruction().IsMatch(line))
            {
                var state = line.IndexOf(" ; ");
                last = (state < 0 ? line : line[..state]).TrimEnd().ToString();
                continue;
            }

            message = line.ToString();
            instruction = last;
        }

        return message is null ? null : instruction is null ? message : $"{message} at {instruction}";
    }

    [GeneratedRegex(@"^\d+: \([0-9a-f]{2}\) ", RegexOptions.CultureInvariant)]
    private static partial Regex Instruction();

    // Register states ("0: R1=ctx() R10=fp0", "R0_w=..."), walk-backs of precision marks, and the closing statistics.
    [GeneratedRegex(
        @"^(processed \d+ insns|verification time|stack depth|max_states|func#\d+ @|Validating |Func#|; |"
        + @"from \d+ to \d+: |from \d+ to \d+$|\d+: R\d|(\d+: )?(safe$|frame\d*:? R|R\d+(_\w+)?=|fp-\d+|last_idx|first_idx|mark_precise|regs=|"
        + @"parent |propagating|caller:|callee:|returning from|to caller))",
        RegexOptions.CultureInvariant)]
    private static partial Regex Noise();
}
