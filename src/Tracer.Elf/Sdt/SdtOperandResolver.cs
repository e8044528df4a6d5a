using Tracer.Elf.Sdt.Operands;

namespace Tracer.Elf.Sdt;

/// <summary>
/// Closes SDT arguments over the symbols of an image: what stays are registers, constants, addresses and memory. An argument that
/// cannot be closed becomes an <see cref="UnresolvedOperand"/> with the reason; it never affects the others.
/// Safe for concurrent use.
/// </summary>
public sealed class SdtOperandResolver
{
    private readonly ElfImage _image;
    private readonly SymbolScope _symbols;
    private readonly Lazy<ElfRelocations> _relocations;

    /// <summary>A resolver for the notes of one image.</summary>
    /// <param name="image">The image the notes are in.</param>
    /// <param name="debugImages">Separate debug images of the same build, whose symbol tables are looked up too.</param>
    public SdtOperandResolver(ElfImage image, params IReadOnlyList<ElfImage> debugImages)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(debugImages);
        _image = image;
        _symbols = new SymbolScope(image, debugImages);
        _relocations = new(() => new ElfRelocations(image));
    }

    /// <summary>Parses and resolves all arguments of a note, in order.</summary>
    /// <param name="note">A note of this image.</param>
    public IReadOnlyList<ResolvedOperand> Resolve(SdtNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var arguments = SdtArgument.ParseAll(note.Arguments);
        var operands = new ResolvedOperand[arguments.Count];
        for (var i = 0; i < operands.Length; i++)
            operands[i] = Resolve(arguments[i], note.Location);
        return operands;
    }

    /// <summary>Resolves one argument.</summary>
    /// <param name="argument">The argument.</param>
    /// <param name="location">The link-time address of its site: local symbols of the site's source file are preferred.</param>
    public ResolvedOperand Resolve(SdtArgument argument, ulong location)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return argument.Syntax switch
        {
            RegisterSyntax { Register: var r } => new RegisterOperand(
                argument.Size, argument.Signed, argument.IsFloat, r.Register, r.ByteOffset, r.Width),
            ImmediateSyntax immediate => ResolveImmediate(argument, immediate.Value, location),
            MemorySyntax memory => ResolveMemory(argument, memory, location),
            _ => Unresolved(argument, argument.Error ?? "the operand is not understood"),
        };
    }

    private ResolvedOperand ResolveImmediate(SdtArgument argument, Expression expression, ulong location)
    {
        var value = Evaluate(expression, location);
        return value switch
        {
            { Error: { } error } => Unresolved(argument, error),
            { Biases: 0 } => new ConstantOperand(argument.Size, argument.Signed, argument.IsFloat,
                Extend(value.Number, argument.Size, argument.Signed)),
            _ => new AddressOperand(argument.Size, argument.Signed, argument.IsFloat, value.Number),
        };
    }

    private ResolvedOperand ResolveMemory(SdtArgument argument, MemorySyntax memory, ulong location)
    {
        if (memory.Displacement is SymbolExpression { Relocation: { } relocation } symbol && IsGot(relocation, out var isTls))
            return ResolveGot(argument, memory, symbol, isTls, location);
        // The assembler takes index * 0 (gdb's tests have it): the index adds nothing.
        var index = memory.Scale == 0 ? null : memory.Index;
        if (_image.IsX64 && (memory.Base is { Width: 4, Register: not X64Register.Rip } || index is { Width: 4 }))
            return Unresolved(argument, "addresses computed in 32 bits are not supported");
        var displacement = memory.Displacement is null ? AffineValue.Constant(0) : Evaluate(memory.Displacement, location);
        if (displacement.Error is { } error)
            return Unresolved(argument, error);
        var imageRelative = displacement.Biases == 1;
        if (imageRelative && memory.Segment != SegmentBase.None)
            return Unresolved(argument, $"an address of the image cannot be an offset from %{memory.Segment.ToString().ToLowerInvariant()}");
        var baseRegister = memory.Base?.Register;
        // sym(%rip) is the address of sym itself; a number alone is an offset from the instruction.
        if (baseRegister == X64Register.Rip && imageRelative)
            baseRegister = null;
        return new MemoryOperand(argument.Size, argument.Signed, argument.IsFloat, memory.Segment,
            unchecked((long)displacement.Number), imageRelative, baseRegister, index?.Register, index is null ? 0 : memory.Scale);
    }

    // sym@GOTPCREL(%rip): the memory is the slot of the GOT that the loader filled.
    private ResolvedOperand ResolveGot(SdtArgument argument, MemorySyntax memory, SymbolExpression symbol, bool isTls, ulong location)
    {
        if (memory is not { Segment: SegmentBase.None, Base.Register: X64Register.Rip, Index: null })
            return Unresolved(argument, $"@{symbol.Relocation} is understood with (%rip) only");
        var found = _symbols.Find(symbol.Name, location);
        var value = found.Error is null && found.IsThreadLocal == isTls ? found.Value : (ulong?)null;
        var name = System.Text.Encoding.UTF8.GetBytes(symbol.Name);
        var relocations = _relocations.Value;
        if (isTls ? relocations.TryFindTlsSlot(name, value, out var slot) : relocations.TryFindGotSlot(name, value, out slot))
        {
            return new MemoryOperand(argument.Size, argument.Signed, argument.IsFloat, SegmentBase.None,
                unchecked((long)slot), ImageRelative: true, null, null, 0);
        }
        // The linker relaxed the slot away: what it would hold is the symbol's address (or offset) itself.
        if (found.Error is { } error)
            return Unresolved(argument, $"no slot of the global offset table holds {symbol.Name}, and {error}");
        return ResolveImmediate(argument, isTls ? symbol with { Relocation = "tpoff" } : symbol with { Relocation = null }, location);
    }

    private AffineValue Evaluate(Expression expression, ulong location)
    {
        switch (expression)
        {
            case NumberExpression number:
                return AffineValue.Constant(number.Value);
            case SymbolExpression symbol:
                return EvaluateSymbol(symbol, location);
            case UnaryExpression unary:
                return AffineValue.Apply(unary.Operator, Evaluate(unary.Operand, location));
            case BinaryExpression binary:
                var left = Evaluate(binary.Left, location);
                return left.Error is null ? AffineValue.Apply(binary.Operator, left, Evaluate(binary.Right, location)) : left;
            default:
                return AffineValue.Failed("the expression is not understood");
        }
    }

    private AffineValue EvaluateSymbol(SymbolExpression symbol, ulong location)
    {
        var found = _symbols.Find(symbol.Name, location);
        if (found.Error is { } error)
            return AffineValue.Failed(error);
        if (symbol.Relocation is null)
        {
            if (found.IsThreadLocal)
                return AffineValue.Failed($"{symbol.Name} is thread-local but is used as an address");
            return found.IsAbsolute ? AffineValue.Constant(found.Value) : AffineValue.Address(found.Value);
        }
        if (!symbol.Relocation.Equals("tpoff", StringComparison.OrdinalIgnoreCase)
            && !symbol.Relocation.Equals("ntpoff", StringComparison.OrdinalIgnoreCase))
            return AffineValue.Failed($"@{symbol.Relocation} is not supported");
        if (!found.IsThreadLocal)
            return AffineValue.Failed($"{symbol.Name} is not thread-local");
        if (!_image.TryFindSegment(ElfSegmentType.Tls, out var tls))
            return AffineValue.Failed("the image has no TLS segment");
        if (!_image.IsExecutable)
            return AffineValue.Failed($"the place of {symbol.Name} in a shared library's thread-local storage is known at run time only");
        // TLS variant II (psABI; Drepper, "ELF Handling For Thread-Local Storage", 3.4.6): the program's block ends at the thread
        // pointer, its size rounded up to its alignment.
        var alignment = Math.Max(tls.Alignment, 1);
        var size = unchecked(tls.MemorySize + alignment - 1) / alignment * alignment;
        return AffineValue.Constant(unchecked(found.Value - size));
    }

    private static bool IsGot(string relocation, out bool isTls)
    {
        isTls = relocation.Equals("gottpoff", StringComparison.OrdinalIgnoreCase);
        return isTls || relocation.Equals("gotpcrel", StringComparison.OrdinalIgnoreCase);
    }

    private static ulong Extend(ulong value, int size, bool signed)
    {
        var unused = 64 - (size * 8);
        return signed ? unchecked((ulong)((long)(value << unused) >> unused)) : value << unused >> unused;
    }

    private static UnresolvedOperand Unresolved(SdtArgument argument, string reason) =>
        new(argument.Size, argument.Signed, argument.IsFloat, reason);
}
