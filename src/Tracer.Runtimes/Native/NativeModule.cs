using System.Buffers.Binary;
using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Elf.Dwarf.Frames;
using Tracer.Linux;

namespace Tracer.Runtimes.Native;

/// <summary>What is known of a mapped file's code: symbols, debugging information, call frames, each read when first asked for.</summary>
internal sealed class NativeModule : IDisposable
{
    private readonly ISystemCallGate _gate;
    private readonly IReadOnlyList<string> _roots;
    private readonly ITargetMemory? _memory;
    private readonly Lazy<ElfImage?> _debugImage;
    private readonly Lazy<DwarfReader?> _debug;
    private readonly Lazy<FunctionSymbols> _symbols;
    private readonly Lazy<FrameTable> _frames;
    private MappedFile? _debugFile;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="gate">Opens separate debug files.</param>
    /// <param name="module">The file.</param>
    /// <param name="roots">Under which roots debug files are sought: our own (empty), the target's.</param>
    /// <param name="memory">The process; null when the file is looked at on its own.</param>
    public NativeModule(ISystemCallGate gate, TargetModule module, IReadOnlyList<string> roots, ITargetMemory? memory)
    {
        _memory = memory;
        _gate = gate;
        _roots = roots;
        Module = module;
        _debugImage = new(OpenDebugImage);
        _debug = new(() => Image is { } image && DwarfFile.HasInfo(image) ? Read(image) : _debugImage.Value is { } separate && DwarfFile.HasInfo(separate) ? Read(separate) : null);
        _symbols = new(() => new FunctionSymbols(Image, Tables()));
        _frames = new(() => FrameTable.Load(Image, _debugImage.Value));
    }

    /// <summary>The mapped file.</summary>
    public TargetModule Module { get; }

    /// <summary>Its image.</summary>
    public ElfImage Image => Module.Image;

    /// <summary>Its debugging information, its own or a separate file's; null when there is none.</summary>
    public DwarfReader? Debug => _debug.Value;

    /// <summary>Its functions.</summary>
    public FunctionSymbols Symbols => _symbols.Value;

    /// <summary>The instruction at a link-time address; null when it is not in the file.</summary>
    public CodeLocation? LocationOf(ulong address) =>
        Image.AddressMap.TryGetFileOffset(address, out var offset) ? new CodeLocation(Module, offset, address) : null;

    /// <summary>The bounds of the function part that call frame information describes around an address.</summary>
    public bool TryFindBounds(ulong address, out ulong start, out ulong end)
    {
        var row = default(UnwindRow);
        var found = _frames.Value.TryFindRow(address, ref row);
        (start, end) = (row.Start, row.End);
        return found && start <= address && address < end;
    }

    /// <summary>The canonical frame address at an instruction; null when it is not known.</summary>
    public Expression? FrameAddressAt(ulong address)
    {
        var row = default(UnwindRow);
        return _frames.Value.TryFindRow(address, ref row) && row.Cfa is { Kind: CfaRuleKind.RegisterOffset, Register: <= (ushort)X64Register.R15 } rule
            ? Build.Offset(Build.Register((X64Register)rule.Register), rule.Value)
            : null;
    }

    /// <summary>
    /// The implementation that an indirect function's resolver chose in the process, by a pointer that the loader filled (R_X86_64_IRELATIVE); null when there is no
    /// process or no such pointer.
    /// </summary>
    /// <param name="resolver">The resolver's link-time address, which is the function's symbol's.</param>
    public ulong? ImplementationOf(ulong resolver)
    {
        if (_memory is null)
            return null;
        var relocations = new ElfRelocations(Image);
        Span<byte> pointer = stackalloc byte[8];
        for (var k = 0; k < relocations.Count; k++)
        {
            var relocation = relocations[k];
            if (relocation.Type != ElfRelocationType.IndirectRelative || (ulong)relocation.Addend != resolver
                || _memory.Read(AddressMap.ToRuntime(relocation.Address, Module.LoadBias), pointer) < pointer.Length)
                continue;
            // Before it is relocated the pointer leads nowhere or to the resolver's stub.
            var address = AddressMap.ToLinkTime(BinaryPrimitives.ReadUInt64LittleEndian(pointer), Module.LoadBias);
            if (address != resolver && TryFindBounds(address, out var start, out _) && start == address)
                return address;
        }

        return null;
    }

    /// <summary>What locations at an instruction are compiled with.</summary>
    public DwarfContext ContextAt(ulong address, DwarfSubprogram function, bool isEntry) =>
        new(address, isEntry ? Build.Offset(Build.Register(X64Register.Rsp), 8) : FrameAddressAt(address)) { FrameBase = function.FrameBase, IsEntry = isEntry };

    /// <inheritdoc/>
    public void Dispose() => _debugFile?.Dispose();

    private static DwarfReader Read(ElfImage image) => new(DwarfFile.Load(image));

    private List<ElfSymbolTable> Tables() =>
    [
        .. new[] { Image.SymbolTable, _debugImage.Value?.SymbolTable, Image.DynamicSymbols, Image.SymbolTable is null ? Image.MiniDebugInfo?.SymbolTable : null }
            .OfType<ElfSymbolTable>(),
    ];

    private ElfImage? OpenDebugImage()
    {
        if (DwarfFile.HasInfo(Image))
            return null;
        foreach (var candidate in _roots.SelectMany(root => DebugFileCandidates.For(Image, Module.Path, root)))
        {
            if (!MappedFile.Open(_gate, candidate).TryGet(out var file))
                continue;
            // A file of the right name but of another build would give wrong values without anybody noticing.
            if (ElfImage.TryParse(file.Memory, out var image, out _) && IsSameBuild(image!, file))
            {
                _debugFile = file;
                return image;
            }

            file.Dispose();
        }

        return null;
    }

    private bool IsSameBuild(ElfImage debug, MappedFile file) => Image.BuildId.IsEmpty
        ? Image.DebugLink is { } link && Crc32.Of(file.Memory.Span) == link.Crc
        : debug.BuildId.Span.SequenceEqual(Image.BuildId.Span);
}
