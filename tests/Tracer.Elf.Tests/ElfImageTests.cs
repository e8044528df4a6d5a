using System.Text;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests;

public class ElfImageTests
{
    private static readonly byte[] Debug = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n")));

    private static byte[] Data(ElfImage image, string section)
    {
        Assert.True(image.TryGetSectionData(section, out var data, out var diagnostic), diagnostic?.ToString());
        return data.ToArray();
    }

    [Fact]
    public void Header_segments_and_sections_are_told()
    {
        var image = new ElfBuilder().Type(ElfFileType.Executable).Entry(0x401010)
            .AddSection(".text", [0x90, 0xc3], 0x401010, flags: ElfSectionFlags.Execute)
            .AddNoBits(".bss", 0x500000, 0x2000)
            .BuildImage();
        Assert.True(image.IsX64 && image.IsExecutable);
        Assert.Equal((ElfClass.Elf64, ElfFileType.Executable, ElfMachine.X64, 0x401010UL), (image.Class, image.Type, image.Machine, image.EntryPoint));
        Assert.Equal([ElfSegmentFlags.Read | ElfSegmentFlags.Execute, ElfSegmentFlags.Read | ElfSegmentFlags.Write], image.Segments.Select(s => s.Flags));
        Assert.Equal((0UL, 0x2000UL), (image.Segments[1].FileSize, image.Segments[1].MemorySize));
        Assert.Equal([0x90, 0xc3], Data(image, ".text"));
        Assert.False(image.TryGetSectionData(".bss", out _, out var diagnostic));
        Assert.Null(diagnostic);
        Assert.False(image.TryFindSection(".nope", out _));
        Assert.Empty(image.Diagnostics);
    }

    [Fact]
    public void Counts_that_do_not_fit_the_header_stand_in_the_first_section()
    {
        var image = new ElfBuilder().WithExtendedNumbering().AddSection(".text", [1, 2, 3], 0x1000).AddSection(".data", [4], 0x2000).BuildImage();
        Assert.Empty(image.Diagnostics);
        Assert.Equal(2, image.Segments.Length);
        Assert.Equal(4, image.Sections.Length);
        Assert.Equal([4], Data(image, ".data"));
    }

    [Theory]
    [InlineData(ElfMachine.I386)]
    [InlineData(ElfMachine.Arm)]
    public void A_32_bit_file_is_recognised_and_its_sections_and_symbols_are_read(ElfMachine machine)
    {
        var image = new ElfBuilder().Machine(machine, ElfClass.Elf32).Entry(0x1234)
            .AddSection(".text", [1, 2, 3], 0x1000).AddBuildId(1, 2, 3).AddSymbol("f", 0x1000, 3, ElfSymbolType.Function).BuildImage();
        Assert.Equal((ElfClass.Elf32, machine, 0x1234UL, "010203"), (image.Class, image.Machine, image.EntryPoint, image.BuildIdString));
        Assert.False(image.IsX64);
        Assert.Equal([1, 2, 3], Data(image, ".text"));
        Assert.True(image.SymbolTable!.TryFind("f", out var f));
        Assert.Equal((0x1000UL, 3UL, ElfSymbolType.Function, ElfSymbolBinding.Global), (f.Value, f.Size, f.Type, f.Binding));
    }

    [Theory]
    [InlineData("", "ELF001")]
    [InlineData("23212f62696e2f7368", "ELF001")]
    [InlineData("7f454c46", "ELF002")]
    [InlineData("7f454c4602010100000000000000000003003e00", "ELF002")]
    [InlineData("7f454c4607010100000000000000000003003e00", "ELF003")]
    [InlineData("7f454c4602020100000000000000000000030015", "ELF004")]
    [InlineData("7f454c4602010900000000000000000003003e00", "ELF005")]
    public void What_is_no_readable_elf_file_is_refused_with_its_reason(string hex, string id)
    {
        Assert.False(ElfImage.TryParse(Convert.FromHexString(hex), out var image, out var diagnostic));
        Assert.Null(image);
        Assert.Equal(id, diagnostic!.Id);
    }

    [Fact]
    public void Tables_that_leave_the_file_are_told_and_what_fits_is_read()
    {
        var bytes = new ElfBuilder().AddSection(".text", [1], 0x1000).AddSection(".data", [2], 0x2000).Build();
        var cut = bytes[..^64];
        Assert.True(ElfImage.TryParse(cut, out var image, out _));
        Assert.Equal("ELF007", Assert.Single(image!.Diagnostics).Id);
        Assert.Equal(3, image.Sections.Length);
        Assert.Equal(2, image.Segments.Length);
    }

    [Fact]
    public void Compressed_sections_are_decompressed()
    {
        using var zstd = new ZstdSharp.Compressor();
        var image = new ElfBuilder()
            .AddZlibSection(".debug_info", Debug)
            .AddZstdSection(".debug_line", zstd.Wrap(Debug), (ulong)Debug.Length)
            .AddGnuCompressedSection(".zdebug_str", Debug)
            .BuildImage();
        Assert.Equal(Debug, Data(image, ".debug_info"));
        Assert.Equal(Debug, Data(image, ".debug_line"));
        Assert.Equal(Debug, Data(image, ".zdebug_str"));
        Assert.Equal(Debug, Data(image, ".debug_str"));
    }

    [Theory]
    [InlineData(1, "ELF013")] // too much announced
    [InlineData(1UL << 40, "ELF011")] // more than the bytes can hold
    public void A_lying_compression_header_is_told(ulong more, string id)
    {
        var image = new ElfBuilder().AddZlibSection(".debug_info", Debug, (ulong)Debug.Length + more).BuildImage();
        Assert.False(image.TryGetSectionData(".debug_info", out _, out var diagnostic));
        Assert.Equal(id, diagnostic!.Id);
    }

    [Fact]
    public void Corrupt_compressed_bytes_are_told()
    {
        using var zstd = new ZstdSharp.Compressor();
        var frame = zstd.Wrap(Debug).ToArray();
        frame.AsSpan(6, 30).Fill(0xff);
        var image = new ElfBuilder()
            .AddSection(".debug_a", [1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], flags: ElfSectionFlags.Compressed)
            .AddZstdSection(".debug_b", frame, (ulong)Debug.Length)
            .AddSection(".debug_c", [9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], flags: ElfSectionFlags.Compressed)
            .AddSection(".zdebug_d", [1, 2, 3])
            .BuildImage();
        foreach (var (name, id) in new[] { (".debug_a", "ELF013"), (".debug_b", "ELF013"), (".debug_c", "ELF012"), (".debug_d", "ELF011") })
        {
            Assert.False(image.TryGetSectionData(name, out _, out var diagnostic));
            Assert.Equal(id, diagnostic!.Id);
        }
    }

    [Fact]
    public void Build_id_debug_link_and_interpreter_are_told()
    {
        var image = new ElfBuilder().AddBuildId(0xab, 0xcd, 0xef).AddDebugLink("prog.debug", 0x12345678)
            .AddSection(".interp", "/lib64/ld.so\0"u8, 0x300).AddSegment(ElfSegmentType.Interpreter, ".interp").BuildImage();
        Assert.Equal("abcdef", image.BuildIdString);
        Assert.Equal(new DebugLink("prog.debug", 0x12345678), image.DebugLink);
        Assert.Equal("/lib64/ld.so", image.Interpreter);
        Assert.True(image.IsExecutable);
        Assert.Equal(
            ["/r/usr/lib/debug/.build-id/ab/cdef.debug", "/r/usr/bin/prog.debug", "/r/usr/bin/.debug/prog.debug", "/r/usr/lib/debug/usr/bin/prog.debug"],
            DebugFileCandidates.For(image, "/usr/bin/prog", "/r"));
    }

    [Fact]
    public void A_debug_link_that_is_a_path_is_not_followed()
    {
        var image = new ElfBuilder().AddDebugLink("../../etc/passwd", 1).BuildImage();
        Assert.Empty(DebugFileCandidates.For(image, "/usr/bin/prog"));
    }

    [Fact]
    public void A_library_is_told_from_a_program()
    {
        static ElfBuilder WithInterpreter() => new ElfBuilder().AddSection(".interp", "/lib64/ld.so\0"u8, 0x300).AddSegment(ElfSegmentType.Interpreter, ".interp");
        Assert.False(new ElfBuilder().BuildImage().IsExecutable);
        Assert.True(new ElfBuilder().AddDynamic(0x8000, (0x6ffffffb, 0x08000000)).BuildImage().IsExecutable); // DF_1_PIE
        Assert.False(WithInterpreter().AddDynamic(0x8000, (14, 1)).BuildImage().IsExecutable); // libc.so.6 has DT_SONAME
    }

    [Fact]
    public void Notes_of_8_byte_alignment_are_walked()
    {
        var image = new ElfBuilder().AddSection(".note.gnu.property",
            [.. ElfBuilder.Note("GNU", 5, new byte[12], alignment: 8), .. ElfBuilder.Note("GNU", 7, new byte[4], alignment: 8)],
            type: ElfSectionType.Note, alignment: 8).BuildImage();
        Assert.True(image.TryFindSection(".note.gnu.property", out var section));
        var types = new List<uint>();
        foreach (var note in image.Notes(section))
            types.Add(note.Type);
        Assert.Equal([5u, 7u], types);
    }

    [Fact]
    public void Dynamic_symbols_and_sdt_notes_are_found_without_section_headers()
    {
        // DT_HASH's second word is the number of symbols: the reserved one and two more.
        byte[] hash = [1, 0, 0, 0, 3, 0, 0, 0];
        byte[] strings = [0, (byte)'f', 0, (byte)'g', 0];
        var symbols = new byte[72];
        symbols[24] = 1;
        symbols[24 + 4] = 0x12; // STB_GLOBAL, STT_FUNC
        symbols[24 + 6] = 1;
        symbols[24 + 8] = 0x77;
        symbols[48] = 3;
        symbols[48 + 6] = 1;
        var image = new ElfBuilder()
            .AddSection(".dynsym", symbols, 0x1000).AddSection(".dynstr", strings, 0x2000).AddSection(".hash", hash, 0x3000)
            .AddDynamic(0x4000, (4, 0x3000), (5, 0x2000), (6, 0x1000), (10, 5))
            .AddSection(".note", ElfBuilder.SdtNote("p", "n", 0x1000), 0x5000, ElfSectionType.Note, alignment: 4).AddSegment(ElfSegmentType.Note, ".note")
            .WithoutSectionHeaders().BuildImage();
        Assert.Empty(image.Sections);
        Assert.Equal(3, image.DynamicSymbols!.Count);
        Assert.True(image.DynamicSymbols.TryFind("f", out var f));
        Assert.Equal((0x77UL, ElfSymbolType.Function), (f.Value, f.Type));
        Assert.Single(Tracer.Elf.Sdt.SdtReader.Read(image).Notes);
    }
}
