using System.Collections.Immutable;
using System.Text;

namespace Tracer.Elf.Sdt;

/// <summary>Reads every SDT note of an image. A bad note becomes a diagnostic and the next one is read.</summary>
public static class SdtReader
{
    private const uint StapSdtType = 3; // NT_STAPSDT, sys/sdt.h _SDT_NOTE_TYPE

    // Damaged notes are reported until there are this many; a hostile file may hold millions.
    private const int MaxDiagnostics = 100;

    // The names are C identifiers and operands are a line of assembler: longer ones are no probes.
    private const int MaxNameLength = 1024;
    private const int MaxArgumentsLength = 16 * 1024;

    /// <summary>Reads the sites of the section .note.stapsdt; without section headers, of the note segments.</summary>
    /// <param name="image">An image of either class.</param>
    public static SdtNoteList Read(ElfImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var notes = ImmutableArray.CreateBuilder<SdtNote>();
        var diagnostics = ImmutableArray.CreateBuilder<ElfDiagnostic>();
        var baseNow = image.TryFindSection(".stapsdt.base", out var baseSection) ? baseSection.Address : 0;
        var strings = new NameCache();
        foreach (ref readonly var section in image.Sections.AsSpan())
        {
            if (section.Type == ElfSectionType.Note && image.SectionName(section).SequenceEqual(".note.stapsdt"u8))
            {
                if (image.RawData(section).IsEmpty && section.Size != 0)
                {
                    diagnostics.Add(new(ElfDiagnosticIds.DataOutsideFile,
                        $".note.stapsdt of {section.Size} bytes leaves the file", section.FileOffset));
                }
                Read(image, image.Notes(section), baseNow, strings, notes, diagnostics);
            }
        }
        if (image.Sections.IsEmpty)
        {
            foreach (ref readonly var segment in image.Segments.AsSpan())
            {
                if (segment.Type == ElfSegmentType.Note)
                    Read(image, image.Notes(segment), baseNow, strings, notes, diagnostics);
            }
        }
        return new(notes.ToImmutable(), diagnostics.ToImmutable());
    }

    private static void Read(ElfImage image, ElfNoteEnumerable source, ulong baseNow, NameCache strings,
        ImmutableArray<SdtNote>.Builder notes, ImmutableArray<ElfDiagnostic>.Builder diagnostics)
    {
        var walk = source.GetEnumerator();
        while (walk.MoveNext())
        {
            var note = walk.Current;
            if (note.Type != StapSdtType || !note.Name.SequenceEqual("stapsdt"u8))
                continue;
            if (Decode(image, note, baseNow, strings, out var problem) is { } site)
                notes.Add(site);
            else if (diagnostics.Count < MaxDiagnostics)
                diagnostics.Add(new(ElfDiagnosticIds.BadSdtNote, problem, note.Offset));
        }
        if (walk.Diagnostic is { } diagnostic)
            diagnostics.Add(diagnostic);
    }

    // sys/sdt.h: location, base and semaphore as addresses, then three zero-terminated strings.
    private static SdtNote? Decode(ElfImage image, in ElfNote note, ulong baseNow, NameCache strings, out string problem)
    {
        var data = note.Descriptor.Span;
        var word = ElfFormat.AddressSize(image.Class);
        if (data.Length < 3 * word)
        {
            problem = $"an SDT note of {data.Length} bytes is too small for its three addresses";
            return null;
        }
        var location = ElfFormat.Address(image.Class, data, 0);
        var noteBase = ElfFormat.Address(image.Class, data, word);
        var semaphore = ElfFormat.Address(image.Class, data, 2 * word);
        var rest = data[(3 * word)..];
        if (!TryTake(ref rest, out var provider) || !TryTake(ref rest, out var name))
        {
            problem = "the provider or name of an SDT note is not terminated";
            return null;
        }
        // Assembler-written notes exist whose argument string lacks its terminator: the descriptor's end ends it.
        if (!TryTake(ref rest, out var arguments))
            arguments = rest;
        if (provider.IsEmpty || name.IsEmpty
            || provider.Length > MaxNameLength || name.Length > MaxNameLength || arguments.Length > MaxArgumentsLength)
        {
            problem = "an SDT note's provider, name or arguments are empty or too long "
                + $"({provider.Length}, {name.Length}, {arguments.Length} bytes)";
            return null;
        }
        problem = "";
        location = AddressMap.CorrectPrelink(location, noteBase, baseNow);
        semaphore = AddressMap.CorrectPrelink(semaphore, noteBase, baseNow);
        return new SdtNote(
            strings.Get(provider), strings.Get(name),
            location, image.AddressMap.TryGetFileOffset(location, out var offset) ? offset : null,
            noteBase,
            semaphore, semaphore != 0 && image.AddressMap.TryGetFileOffset(semaphore, out var semaphoreOffset) ? semaphoreOffset : null,
            Encoding.UTF8.GetString(arguments), note.Offset);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        var length = rest.IndexOf((byte)0);
        text = length < 0 ? default : rest[..length];
        if (length < 0)
            return false;
        rest = rest[(length + 1)..];
        return true;
    }

    // Neighbouring notes repeat their provider and often their name: one string each is enough.
    private sealed class NameCache
    {
        private readonly string[] _recent = ["", ""];
        private int _next;

        public string Get(ReadOnlySpan<byte> utf8)
        {
            Span<char> chars = stackalloc char[MaxNameLength];
            var text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
            foreach (var recent in _recent)
            {
                if (text.SequenceEqual(recent))
                    return recent;
            }
            _next ^= 1;
            return _recent[_next] = text.ToString();
        }
    }
}
