namespace Tracer.Bpf;

/// <content>What no path leads to: the verifier refuses a program that has such code, and a compiler need not know where it comes from.</content>
public sealed partial class BpfAssembler
{
    /// <summary>Resolves every jump and returns the program without the instructions that cannot be reached from its start or from a called subprogram.</summary>
    /// <exception cref="BpfAssemblyException">A label is not bound, or a jump is farther than 16 bits of slots.</exception>
    public BpfInstruction[] AssembleReachable()
    {
        var targets = new Dictionary<int, int>();
        foreach (var (slot, label, _) in _references)
        {
            if (_labels[label - 1] == Unbound)
                throw new BpfAssemblyException($"The instruction at {slot} jumps to label {label}, which was never bound.");
            targets.Add(slot, _labels[label - 1]);
        }

        var places = PlacesOfReachable(targets);
        var program = new List<BpfInstruction>(_code.Count);
        for (var slot = 0; slot < _code.Count; slot++)
        {
            if (places[slot] < 0)
                continue;
            var instruction = _code[slot];
            if (targets.TryGetValue(slot, out var target))
                instruction = Resolve(slot, instruction, places[target] - (places[slot] + 1), IsCall(instruction));
            program.Add(instruction);
        }

        return [.. program];
    }

    /// <summary>For each slot where it will be, or -1 when nothing leads there.</summary>
    private int[] PlacesOfReachable(Dictionary<int, int> targets)
    {
        var places = new int[_code.Count];
        Array.Fill(places, -1);
        var pending = new Stack<int>([0]);
        while (pending.TryPop(out var slot))
        {
            for (var goesOn = true; goesOn && slot < places.Length && places[slot] < 0; slot++)
            {
                places[slot] = 0;
                var instruction = _code[slot];
                if (instruction.Opcode == BpfOpcode.LoadImmediate64 && slot + 1 < places.Length)
                    places[++slot] = 0;
                if (targets.TryGetValue(slot, out var target))
                    pending.Push(target);
                goesOn = instruction.Opcode is not ((BpfOpcode.ClassJmp | BpfOpcode.JumpAlways) or (BpfOpcode.ClassJmp | BpfOpcode.Exit));
            }
        }

        var next = 0;
        for (var slot = 0; slot < places.Length; slot++)
        {
            if (places[slot] == 0)
                places[slot] = next++;
        }

        return places;
    }

    private static bool IsCall(BpfInstruction instruction) => instruction.Opcode == (BpfOpcode.ClassJmp | BpfOpcode.Call);
}
