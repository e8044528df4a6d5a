using Tracer.Bpf;

namespace Tracer.Fuzz.Targets;

/// <summary>The kernel's types.</summary>
public sealed class BtfTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "btf";

    /// <inheritdoc/>
    public override int Count => 5_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => [Seed()];

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator)
    {
        ArgumentNullException.ThrowIfNull(mutator);
        var bytes = base.Mutate(input, mutator);
        // Most of the time the header is right, so that types are reached.
        if (mutator.Random.Next(8) != 0 && bytes.Length > 24 && input.Length > 24)
            input.AsSpan(0, 24).CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var types = BtfTypes.Parse(input, out var error);
        outcome.Add(error.Split(' ')[0]);
        if (types is null)
            return;
        outcome.Add("types", types.Count);
        for (var id = 0; id <= Math.Min(types.Count, 64); id++)
            outcome.Add($"{types.KindOf(id)} {types.NameOf(id).Length > 0}");
        foreach (var path in (string[])["pid", "thread.fsbase", "inner.x", "a.b.c.d", "none"])
            outcome.Add($"{types.TryFindMember("task_struct", path, out _)} {types.TryFindMember("alias", path, out _)}");
        outcome.Add($"{types.TryFindFunction("bpf_session_cookie", out _)}");
    }

    // int; a union without a name; task_struct { int pid; union; struct task_struct inner; }; typedef alias; a function.
    private static byte[] Seed()
    {
        var strings = "\0int\0task_struct\0pid\0inner\0x\0alias\0bpf_session_cookie\0"u8.ToArray();
        uint At(string name) => (uint)strings.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes("\0" + name + "\0")) + 1;
        uint[] types =
        [
            At("int"), 1u << 24, 4, 32,
            0, (5u << 24) | 1, 4, At("x"), 1, 0,
            At("task_struct"), (4u << 24) | 3, 16, At("pid"), 1, 0, 0, 2, 32, At("inner"), 3, 64,
            At("alias"), 8u << 24, 3,
            At("bpf_session_cookie"), 12u << 24, 1,
        ];
        var words = types.SelectMany(BitConverter.GetBytes).ToArray();
        return
        [
            0x9f, 0xeb, 1, 0, .. BitConverter.GetBytes(24), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(words.Length), .. BitConverter.GetBytes(words.Length), .. BitConverter.GetBytes(strings.Length),
            .. words, .. strings,
        ];
    }
}
