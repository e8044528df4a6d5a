namespace Tracer.Elf;

/// <summary>
/// The notes of one section or segment, in order. A note whose sizes leave the data ends the walk and is reported by the
/// enumerator's <see cref="Enumerator.Diagnostic"/>.
/// </summary>
public readonly struct ElfNoteEnumerable
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly ulong _fileOffset;
    private readonly int _alignment;

    /// <summary>The notes in <paramref name="data"/>.</summary>
    /// <param name="data">The bytes of a note section or segment.</param>
    /// <param name="fileOffset">Where they are in the file, for <see cref="ElfNote.Offset"/>.</param>
    /// <param name="alignment">The alignment of the section or segment in bytes: 8 pads names and descriptors to 8, all else to 4.</param>
    public ElfNoteEnumerable(ReadOnlyMemory<byte> data, ulong fileOffset, ulong alignment)
    {
        _data = data;
        _fileOffset = fileOffset;
        // The gABI asks for 8 in ELF64, but only .note.gnu.property does so; binutils (elf_parse_notes) decides by the alignment too.
        _alignment = alignment == 8 ? 8 : 4;
    }

    /// <summary>Starts the walk.</summary>
    public Enumerator GetEnumerator() => new(_data, _fileOffset, _alignment);

    /// <summary>Walks notes without allocating, but for a diagnostic.</summary>
    public ref struct Enumerator
    {
        private const int HeaderSize = 12;
        private readonly ReadOnlyMemory<byte> _data;
        private readonly ulong _fileOffset;
        private readonly int _alignment;
        private int _position;

        internal Enumerator(ReadOnlyMemory<byte> data, ulong fileOffset, int alignment)
        {
            _data = data;
            _fileOffset = fileOffset;
            _alignment = alignment;
            _position = 0;
            Current = default;
            Diagnostic = null;
        }

        /// <summary>The note the enumerator stands on.</summary>
        public ElfNote Current { get; private set; }

        /// <summary>Why the walk ended before the end of the data; null when it did not.</summary>
        public ElfDiagnostic? Diagnostic { get; private set; }

        /// <summary>Goes to the next note; false at the end or at a bad note.</summary>
        public bool MoveNext()
        {
            var rest = _data.Span[_position..];
            if (rest.IsEmpty)
                return false;
            var offset = _fileOffset + (ulong)_position;
            if (rest.Length < HeaderSize)
            {
                // Zero padding at the end of a section is common and harmless.
                if (rest.ContainsAnyExcept((byte)0))
                    Diagnostic = new(ElfDiagnosticIds.BadNote, $"{rest.Length} bytes are left, too few for a note's header", offset);
                _position = _data.Length;
                return false;
            }
            var nameSize = ElfFormat.U32(rest, 0);
            var descriptorSize = ElfFormat.U32(rest, 4);
            var type = ElfFormat.U32(rest, 8);
            var descriptorAt = Align(HeaderSize + (ulong)nameSize);
            var end = descriptorAt + descriptorSize;
            if (end > (ulong)rest.Length || HeaderSize + (ulong)nameSize > (ulong)rest.Length)
            {
                Diagnostic = new(ElfDiagnosticIds.BadNote,
                    $"a note's name of {nameSize} and descriptor of {descriptorSize} bytes leave the section", offset);
                _position = _data.Length;
                return false;
            }
            var name = rest.Slice(HeaderSize, (int)nameSize);
            if (!name.IsEmpty && name[^1] == 0)
                name = name[..^1];
            Current = new ElfNote(name, type, _data.Slice(_position + (int)descriptorAt, (int)descriptorSize), offset, offset + descriptorAt);
            _position += (int)Math.Min(Align(end), (ulong)rest.Length);
            return true;
        }

        private readonly ulong Align(ulong value) => (value + (ulong)_alignment - 1) & ~((ulong)_alignment - 1);
    }
}
