namespace Tracer.Elf.Dwarf;

/// <summary>Takes the debugging sections out of an ELF file.</summary>
public static class DwarfFile
{
    /// <summary>Whether the image has debugging information of its own; separate files have it, stripped ones do not.</summary>
    public static bool HasInfo(ElfImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return (image.TryFindSection(".debug_info", out var section) || image.TryFindSection(".zdebug_info", out section))
            && section.Type != ElfSectionType.NoBits;
    }

    /// <summary>
    /// The debugging sections of a linked file, decompressed. One that is missing or corrupt stays empty; relocatable files (.o) are not relocated.
    /// </summary>
    /// <param name="image">The image, or that of its separate debug file; its bytes must stay valid as long as the sections are used.</param>
    /// <param name="typesOnly">Whether only layouts of types are asked for: the sections with addresses are then not decompressed.</param>
    /// <param name="supplementary">The sections of the file that .gnu_debugaltlink names, when it is at hand.</param>
    public static DwarfSections Load(ElfImage image, bool typesOnly = false, DwarfSections? supplementary = null)
    {
        return Read(image, supplementary, types: true, addresses: !typesOnly, locations: !typesOnly);
    }

    /// <summary>Those of the debugging sections that source lines and inlined functions need: the large ones with locations are not decompressed.</summary>
    /// <param name="image">The image, or that of its separate debug file; its bytes must stay valid as long as the sections are used.</param>
    /// <param name="supplementary">The sections of the file that .gnu_debugaltlink names, when it is at hand.</param>
    public static DwarfSections LoadLines(ElfImage image, DwarfSections? supplementary = null)
    {
        return Read(image, supplementary, types: false, addresses: true, locations: false);
    }

    private static DwarfSections Read(ElfImage image, DwarfSections? supplementary, bool types, bool addresses, bool locations)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new DwarfSections
        {
            Info = Section(image, "info"),
            Abbrev = Section(image, "abbrev"),
            Str = Section(image, "str"),
            LineStr = Section(image, "line_str"),
            StrOffsets = Section(image, "str_offsets"),
            Types = types ? Section(image, "types") : default,
            Addr = addresses ? Section(image, "addr") : default,
            RngLists = addresses ? Section(image, "rnglists") : default,
            Ranges = addresses ? Section(image, "ranges") : default,
            Line = addresses ? Section(image, "line") : default,
            Aranges = addresses ? Section(image, "aranges") : default,
            LocLists = locations ? Section(image, "loclists") : default,
            Loc = locations ? Section(image, "loc") : default,
            Supplementary = supplementary,
        };
    }

    private static ReadOnlyMemory<byte> Section(ElfImage image, string name) =>
        image.TryGetSectionData(".debug_" + name, out var data, out _) ? data : default;
}
