namespace Tracer.Bpf;

/// <content>Arithmetic, byte order, memory and constants.</content>
public sealed partial class BpfAssembler
{
    /// <summary>64-bit <c>destination = destination op source</c>.</summary>
    public BpfAssembler Alu(BpfOperation operation, BpfRegister destination, BpfRegister source) =>
        Arithmetic(BpfOpcode.ClassAlu64 | BpfOpcode.SourceRegister, operation, destination, (int)source, 0);

    /// <summary>64-bit <c>destination = destination op constant</c>, the constant sign-extended.</summary>
    public BpfAssembler Alu(BpfOperation operation, BpfRegister destination, int constant) =>
        Arithmetic(BpfOpcode.ClassAlu64, operation, destination, 0, constant);

    /// <summary>32-bit <c>destination = destination op source</c>; the upper half becomes 0.</summary>
    public BpfAssembler Alu32(BpfOperation operation, BpfRegister destination, BpfRegister source) =>
        Arithmetic(BpfOpcode.ClassAlu | BpfOpcode.SourceRegister, operation, destination, (int)source, 0);

    /// <summary>32-bit <c>destination = destination op constant</c>; the upper half becomes 0.</summary>
    public BpfAssembler Alu32(BpfOperation operation, BpfRegister destination, int constant) =>
        Arithmetic(BpfOpcode.ClassAlu, operation, destination, 0, constant);

    /// <summary>Copies a register.</summary>
    public BpfAssembler Move(BpfRegister destination, BpfRegister source) =>
        Emit(BpfOpcode.ClassAlu64 | BpfOpcode.SourceRegister | BpfOpcode.Move, destination, (int)source, 0, 0);

    /// <summary>Sets a register to a sign-extended 32-bit constant; <see cref="LoadConstant"/> takes any.</summary>
    public BpfAssembler Move(BpfRegister destination, int constant) =>
        Emit(BpfOpcode.ClassAlu64 | BpfOpcode.Move, destination, 0, 0, constant);

    /// <summary>Copies the low 32 bits; the upper half becomes 0.</summary>
    public BpfAssembler Move32(BpfRegister destination, BpfRegister source) =>
        Emit(BpfOpcode.ClassAlu | BpfOpcode.SourceRegister | BpfOpcode.Move, destination, (int)source, 0, 0);

    /// <summary>Sets the low 32 bits; the upper half becomes 0.</summary>
    public BpfAssembler Move32(BpfRegister destination, int constant) =>
        Emit(BpfOpcode.ClassAlu | BpfOpcode.Move, destination, 0, 0, constant);

    /// <summary>Sign-extends the low <paramref name="bits"/> (8, 16 or 32) of a register to 64 (kernel 6.6).</summary>
    public BpfAssembler MoveSignExtended(BpfRegister destination, BpfRegister source, int bits)
    {
        if (bits is not (8 or 16 or 32))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "8, 16 or 32.");
        return Emit(BpfOpcode.ClassAlu64 | BpfOpcode.SourceRegister | BpfOpcode.Move, destination, (int)source, bits, 0);
    }

    /// <summary>
    /// Sign-extends the low <paramref name="bits"/> (8 or 16) of a register to 32; the upper half becomes 0 (kernel 6.6).
    /// </summary>
    public BpfAssembler MoveSignExtended32(BpfRegister destination, BpfRegister source, int bits)
    {
        if (bits is not (8 or 16))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "8 or 16.");
        return Emit(BpfOpcode.ClassAlu | BpfOpcode.SourceRegister | BpfOpcode.Move, destination, (int)source, bits, 0);
    }

    /// <summary>64-bit negation in place.</summary>
    public BpfAssembler Negate(BpfRegister register) => Emit(BpfOpcode.ClassAlu64 | BpfOpcode.Negate, register, 0, 0, 0);

    /// <summary>32-bit negation in place; the upper half becomes 0.</summary>
    public BpfAssembler Negate32(BpfRegister register) => Emit(BpfOpcode.ClassAlu | BpfOpcode.Negate, register, 0, 0, 0);

    /// <summary>Converts the low 16, 32 or 64 bits between the machine's order and big-endian; bits above become 0.</summary>
    public BpfAssembler ToBigEndian(BpfRegister register, int bits) =>
        ByteOrder(BpfOpcode.ClassAlu | BpfOpcode.SourceRegister, register, bits);

    /// <summary>Converts the low 16, 32 or 64 bits between the machine's order and little-endian (on x86-64: truncates).</summary>
    public BpfAssembler ToLittleEndian(BpfRegister register, int bits) => ByteOrder(BpfOpcode.ClassAlu, register, bits);

    /// <summary>Reverses the bytes of the low 16, 32 or 64 bits; bits above become 0 (kernel 6.6).</summary>
    public BpfAssembler SwapBytes(BpfRegister register, int bits) => ByteOrder(BpfOpcode.ClassAlu64, register, bits);

    /// <summary><c>destination = *(base + offset)</c>, zero-extended.</summary>
    public BpfAssembler Load(BpfSize size, BpfRegister destination, BpfRegister baseRegister, short offset) =>
        Emit(BpfOpcode.ClassLdx | BpfOpcode.ModeMemory | (int)size, destination, (int)baseRegister, offset, 0);

    /// <summary><c>destination = *(base + offset)</c>, sign-extended from 1, 2 or 4 bytes (kernel 6.6).</summary>
    public BpfAssembler LoadSigned(BpfSize size, BpfRegister destination, BpfRegister baseRegister, short offset)
    {
        if (size == BpfSize.Double)
            throw new ArgumentOutOfRangeException(nameof(size), size, "Eight bytes have no sign to extend.");
        return Emit(BpfOpcode.ClassLdx | BpfOpcode.ModeMemorySigned | (int)size, destination, (int)baseRegister, offset, 0);
    }

    /// <summary><c>*(base + offset) = source</c>.</summary>
    public BpfAssembler Store(BpfSize size, BpfRegister baseRegister, short offset, BpfRegister source) =>
        Emit(BpfOpcode.ClassStx | BpfOpcode.ModeMemory | (int)size, baseRegister, (int)source, offset, 0);

    /// <summary><c>*(base + offset) = constant</c>, sign-extended to eight bytes where needed.</summary>
    public BpfAssembler Store(BpfSize size, BpfRegister baseRegister, short offset, int constant) =>
        Emit(BpfOpcode.ClassSt | BpfOpcode.ModeMemory | (int)size, baseRegister, 0, offset, constant);

    /// <summary>Atomic operation on four or eight bytes at <c>base + offset</c>.</summary>
    public BpfAssembler Atomic(
        BpfAtomicOperation operation, BpfSize size, BpfRegister baseRegister, short offset, BpfRegister source)
    {
        if (size is not (BpfSize.Word or BpfSize.Double))
            throw new ArgumentOutOfRangeException(nameof(size), size, "Atomics are of four or eight bytes.");
        return Emit(BpfOpcode.ClassStx | BpfOpcode.ModeAtomic | (int)size, baseRegister, (int)source, offset, (int)operation);
    }

    /// <summary>Sets a register to any 64-bit constant, in one slot where sign extension gives it and two where not.</summary>
    public BpfAssembler LoadConstant(BpfRegister destination, long constant) =>
        constant == (int)constant ? Move(destination, (int)constant) : LoadImmediate64(destination, constant);

    /// <summary>Sets a register to a 64-bit constant, always in two slots.</summary>
    public BpfAssembler LoadImmediate64(BpfRegister destination, long constant) =>
        Wide(destination, 0, (int)constant, (int)(constant >> 32));

    /// <summary>Sets a register to a map, as helpers take it, by the map's file descriptor.</summary>
    public BpfAssembler LoadMap(BpfRegister destination, int mapDescriptor) =>
        Wide(destination, BpfOpcode.PseudoMapDescriptor, mapDescriptor, 0);

    /// <summary>
    /// Sets a register to the address of <paramref name="offset"/> in the value of an array map, with no lookup (kernel 5.2). The array
    /// must
    /// have exactly one entry: with more the kernel answers ENOTSUPP (524).
    /// </summary>
    public BpfAssembler LoadMapValue(BpfRegister destination, int mapDescriptor, int offset) =>
        Wide(destination, BpfOpcode.PseudoMapValue, mapDescriptor, offset);

    private BpfAssembler Arithmetic(int opcode, BpfOperation operation, BpfRegister destination, int source, int constant) =>
        Emit(opcode | ((int)operation & 0xf0), destination, source, (int)operation >> 8, constant);

    private BpfAssembler ByteOrder(int opcode, BpfRegister register, int bits)
    {
        if (bits is not (16 or 32 or 64))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "16, 32 or 64.");
        return Emit(opcode | BpfOpcode.End, register, 0, 0, bits);
    }

    private BpfAssembler Wide(BpfRegister destination, int pseudoSource, int low, int high)
    {
        Emit(BpfOpcode.LoadImmediate64, destination, pseudoSource, 0, low);
        return Emit(0, BpfRegister.R0, 0, 0, high);
    }
}
