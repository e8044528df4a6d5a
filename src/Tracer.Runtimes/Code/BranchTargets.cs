using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>All addresses that the direct jumps of some code lead to: where its straight lines may be entered.</summary>
public static class BranchTargets
{
    /// <summary>The targets of the jumps in code that is decoded from each start to the next.</summary>
    /// <param name="code">The code.</param>
    /// <param name="starts">Addresses in it where instructions start, in ascending order; what comes before the first is not decoded.</param>
    /// <param name="targets">Where they are added.</param>
    public static void Collect(CodeBlock code, IReadOnlyList<ulong> starts, HashSet<ulong> targets)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(targets);
        var bytes = code.Bytes.ToArray();
        for (var k = 0; k < starts.Count; k++)
        {
            var end = k + 1 < starts.Count ? starts[k + 1] : code.End;
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes, (int)(starts[k] - code.Address), (int)(end - starts[k])));
            decoder.IP = starts[k];
            while (decoder.IP < end)
            {
                decoder.Decode(out var instruction);
                // Behind a handler there may be other bytes than code; the next start is in step again.
                if (instruction.IsInvalid)
                    break;
                if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch)
                    targets.Add(instruction.NearBranchTarget);
            }
        }
    }
}
