namespace Tracer.Elf.Sdt.Operands;

/// <summary>A register's assembler name and the part of the whole register it names.</summary>
/// <param name="Name">The name without the percent sign.</param>
/// <param name="Register">The whole register.</param>
/// <param name="ByteOffset">1 for ah, bh, ch, dh; else 0.</param>
/// <param name="Width">The part's size in bytes.</param>
internal sealed record RegisterName(string Name, X64Register Register, int ByteOffset, int Width)
{
    private static readonly Dictionary<string, RegisterName> Known = Build();

    /// <summary>The register of this name without the percent sign, or null.</summary>
    public static RegisterName? Find(ReadOnlySpan<char> name) =>
        Known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var register) ? register : null;

    private static Dictionary<string, RegisterName> Build()
    {
        var names = new Dictionary<string, RegisterName>(StringComparer.Ordinal);
        void Add(string name, X64Register register, int width, int offset = 0) => names[name] = new(name, register, offset, width);

        foreach (var (letter, register) in new[] { ('a', X64Register.Rax), ('b', X64Register.Rbx), ('c', X64Register.Rcx), ('d', X64Register.Rdx) })
        {
            Add($"r{letter}x", register, 8);
            Add($"e{letter}x", register, 4);
            Add($"{letter}x", register, 2);
            Add($"{letter}l", register, 1);
            Add($"{letter}h", register, 1, offset: 1);
        }
        foreach (var (name, register) in new[] { ("si", X64Register.Rsi), ("di", X64Register.Rdi), ("bp", X64Register.Rbp), ("sp", X64Register.Rsp) })
        {
            Add($"r{name}", register, 8);
            Add($"e{name}", register, 4);
            Add(name, register, 2);
            Add($"{name}l", register, 1);
        }
        for (var i = 8; i <= 15; i++)
        {
            Add($"r{i}", (X64Register)i, 8);
            Add($"r{i}d", (X64Register)i, 4);
            Add($"r{i}w", (X64Register)i, 2);
            Add($"r{i}b", (X64Register)i, 1);
        }
        for (var i = 0; i <= 15; i++)
            Add($"xmm{i}", X64Register.Xmm0 + (byte)i, 16);
        Add("rip", X64Register.Rip, 8);
        Add("eip", X64Register.Rip, 4);
        return names;
    }
}
