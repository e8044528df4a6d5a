using Tracer.Elf.Sdt;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Sdt;

public class SdtReaderTests
{
    private static ElfBuilder Program() => new ElfBuilder()
        .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
        .AddSection(".probes", new byte[4], 0x4002, flags: ElfSectionFlags.Write)
        .AddSection(".stapsdt.base", [0], 0x3000);

    [Fact]
    public void A_note_is_read_whole()
    {
        var image = Program().AddSdtNotes(ElfBuilder.SdtNote("prov", "probe", 0x1010, "8@%rax -4@4(%rsp)", 0x4004, 0x3000)).BuildImage();
        var list = SdtReader.Read(image);
        Assert.Empty(list.Diagnostics);
        var note = Assert.Single(list.Notes);
        Assert.Equal(("prov", "probe", "8@%rax -4@4(%rsp)"), (note.Provider, note.Name, note.Arguments));
        Assert.Equal((0x1010UL, 0x3000UL, 0x4004UL), (note.Location, note.Base, note.Semaphore));
        Assert.True(image.TryFindSection(".text", out var text));
        Assert.True(image.TryFindSection(".probes", out var probes));
        Assert.Equal(text.FileOffset + 0x10, note.LocationFileOffset);
        Assert.Equal(probes.FileOffset + 2, note.SemaphoreFileOffset);
    }

    [Fact]
    public void A_probe_with_two_sites_gives_two_notes()
    {
        var list = SdtReader.Read(Program().AddSdtNotes(
            ElfBuilder.SdtNote("p", "n", 0x1010, "8@%rax"), ElfBuilder.SdtNote("p", "other", 0x1030), ElfBuilder.SdtNote("p", "n", 0x1020, "8@%rbx")).BuildImage());
        Assert.Equal([0x1010UL, 0x1020UL], list.Notes.Where(n => n.Name == "n").Select(n => n.Location));
        Assert.All(list.Notes, n => Assert.Null(n.SemaphoreFileOffset));
    }

    [Fact]
    public void A_prelinked_image_has_its_addresses_corrected()
    {
        var note = Assert.Single(SdtReader.Read(Program().AddSdtNotes(
            ElfBuilder.SdtNote("p", "n", 0x1010 - 0x800, "", 0x4002 - 0x800, 0x3000 - 0x800)).BuildImage()).Notes);
        Assert.Equal((0x1010UL, 0x4002UL, 0x2800UL), (note.Location, note.Semaphore, note.Base));
    }

    [Fact]
    public void A_bad_note_is_told_and_the_next_is_read()
    {
        var list = SdtReader.Read(Program().AddSdtNotes(
            ElfBuilder.Note("stapsdt", 3, new byte[10]),
            ElfBuilder.Note("stapsdt", 3, [.. new byte[24], (byte)'p', 0, (byte)'n']),
            ElfBuilder.SdtNote("", "n", 0x1000),
            ElfBuilder.Note("other", 3, new byte[10]),
            ElfBuilder.Note("stapsdt", 4, new byte[10]),
            ElfBuilder.SdtNote("p", "good", 0x1010)).BuildImage());
        Assert.Equal("good", Assert.Single(list.Notes).Name);
        Assert.Equal(["ELF030", "ELF030", "ELF030"], list.Diagnostics.Select(d => d.Id));
    }

    [Fact]
    public void A_note_that_leaves_the_section_ends_the_list()
    {
        var broken = ElfBuilder.SdtNote("p", "bad", 0x1010);
        broken[4] = 0xff;
        var image = Program().AddSdtNotes(ElfBuilder.SdtNote("p", "good", 0x1010), broken).BuildImage();
        var list = SdtReader.Read(image);
        Assert.Equal("good", Assert.Single(list.Notes).Name);
        var diagnostic = Assert.Single(list.Diagnostics);
        Assert.True(image.TryFindSection(".note.stapsdt", out var section));
        Assert.Equal(("ELF020", section.FileOffset + (ulong)ElfBuilder.SdtNote("p", "good", 0).Length), (diagnostic.Id, diagnostic.Offset));
    }

    [Fact]
    public void A_site_in_no_segment_has_no_file_offset() =>
        Assert.Null(Assert.Single(SdtReader.Read(Program().AddSdtNotes(ElfBuilder.SdtNote("p", "n", 0x999999)).BuildImage()).Notes).LocationFileOffset);

    [Fact]
    public void Notes_of_a_32_bit_file_have_4_byte_addresses()
    {
        byte[] descriptor = [0x10, 0x10, 0, 0, 0, 0x30, 0, 0, 0, 0, 0, 0, .. "p\0n\0-4@8(%ebp)\0"u8];
        var image = new ElfBuilder().Machine(ElfMachine.I386, ElfClass.Elf32)
            .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
            .AddSdtNotes(ElfBuilder.Note("stapsdt", 3, descriptor)).BuildImage();
        var note = Assert.Single(SdtReader.Read(image).Notes);
        Assert.Equal((0x1010UL, 0x3000UL, 0UL, "-4@8(%ebp)"), (note.Location, note.Base, note.Semaphore, note.Arguments));
        Assert.Equal(
            new MemoryOperand(4, true, false, SegmentBase.None, 8, false, X64Register.Rbp, null, 0),
            Assert.Single(new SdtOperandResolver(image).Resolve(note)));
    }
}
