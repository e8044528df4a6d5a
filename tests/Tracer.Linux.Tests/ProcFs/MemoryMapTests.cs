using System.Text;
using CsCheck;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public class MemoryMapTests
{
    private const string Sample = """
        55d0c8a00000-55d0c8a02000 r--p 00000000 fd:01 1048602                    /usr/bin/cat
        55d0c8a02000-55d0c8a06000 r-xp 00002000 fd:01 1048602                    /usr/bin/cat
        55d0ca1b5000-55d0ca1d6000 rw-p 00000000 00:00 0                          [heap]
        7f0000000000-7f0000001000 ---p 00000000 00:00 0 
        7f1111110000-7f1111111000 rw-s 00001000 00:01 2049                       /dev/zero (deleted)
        7f2222220000-7f2222221000 r-xp 10000000 103:abc 18446744073709551615     /tmp/a b\012c (deleted)
        ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
        """;

    private static readonly MemoryMap Map = MemoryMap.Parse(Encoding.UTF8.GetBytes(Sample));

    [Theory]
    [InlineData("/", "/jail/lib/a.so", "/jailer/b")]
    [InlineData("/jail", "/lib/a.so", "/jailer/b")]
    [InlineData("/elsewhere", "/jail/lib/a.so", "/jailer/b")]
    public void Paths_below_the_processes_root_are_told_from_there(string root, params string[] paths)
    {
        const string Text = "1000-2000 r-xp 00000000 08:01 5 /jail/lib/a.so\n3000-4000 r-xp 00000000 08:01 6 /jailer/b\n";
        Assert.Equal(paths, MemoryMap.Parse(System.Text.Encoding.UTF8.GetBytes(Text)).SeenFrom(root).Entries.Select(e => e.Path));
    }

    [Fact]
    public void Every_line_is_a_mapping()
    {
        Assert.Equal(7, Map.Entries.Count);
        Assert.Equal(0, Map.UnreadableLines);
    }

    [Fact]
    public void A_file_mapping_has_its_range_permissions_offset_and_file()
    {
        var text = Map.Entries[1];
        Assert.Equal(0x55d0c8a02000UL, text.Start);
        Assert.Equal(0x55d0c8a06000UL, text.End);
        Assert.Equal(MemoryProtection.Read | MemoryProtection.Execute, text.Protection);
        Assert.Equal(0x2000UL, text.FileOffset);
        Assert.Equal((0xfdu, 1u, 1048602UL), (text.DeviceMajor, text.DeviceMinor, text.Inode));
        Assert.Equal("/usr/bin/cat", text.Path);
        Assert.Equal("55d0c8a02000-55d0c8a06000", text.MapFileName);
        Assert.True(text.IsFile && text.IsExecutable && !text.IsWritable && !text.IsDeleted);
    }

    [Fact]
    public void Mappings_of_one_file_share_its_path() => Assert.Same(Map.Entries[0].Path, Map.Entries[1].Path);

    [Fact]
    public void Anonymous_memory_has_no_path() => Assert.Equal(("", false), (Map.Entries[3].Path, Map.Entries[3].IsFile));

    [Fact]
    public void A_deleted_file_is_marked_and_keeps_its_name()
    {
        Assert.Equal(("/dev/zero", true), (Map.Entries[4].Path, Map.Entries[4].IsDeleted));
        Assert.True(Map.Entries[4].Protection.HasFlag(MemoryProtection.Shared));
        Assert.Equal(("/tmp/a b\nc", true), (Map.Entries[5].Path, Map.Entries[5].IsDeleted));
        Assert.Equal(ulong.MaxValue, Map.Entries[5].Inode);
    }

    [Theory]
    [InlineData(0x55d0c8a00000, 0)]
    [InlineData(0x55d0c8a01fff, 0)]
    [InlineData(0x55d0c8a02000, 1)]
    [InlineData(0x7f0000000fff, 3)]
    [InlineData(0xffffffffff600fff, 6)]
    public void An_address_finds_its_mapping(ulong address, int index)
    {
        Assert.True(Map.TryFind(address, out var entry));
        Assert.Equal(Map.Entries[index], entry);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x55d0c8a06000)]
    [InlineData(ulong.MaxValue)]
    public void An_address_in_a_hole_finds_none(ulong address) => Assert.False(Map.TryFind(address, out _));

    [Theory]
    [InlineData("55d0-")]
    [InlineData("2000-1000 r--p 00000000 00:00 0")]
    [InlineData("1000-1000 r--p 00000000 00:00 0")]
    [InlineData("1000-2000 r-- 00000000 00:00 0")]
    [InlineData("1000-2000 r--p 00000000 0000 0")]
    [InlineData("1000-2000 r--p 00000000 100000000:00 0")]
    [InlineData("1000-2000 r--p 00000000 00:00 12x /bin/cat")]
    [InlineData("10000000000000000-20000000000000000 r--p 00000000 00:00 0")]
    public void A_line_that_is_no_mapping_is_counted_and_passed_over(string line)
    {
        var map = MemoryMap.Parse(Encoding.UTF8.GetBytes($"{line}\n1000-2000 r--p 00000000 00:00 0\n"));
        Assert.Equal(1, map.UnreadableLines);
        Assert.Equal(0x1000UL, Assert.Single(map.Entries).Start);
    }

    [Fact]
    public void Whatever_the_bytes_parsing_ends_without_an_exception() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        var map = MemoryMap.Parse(bytes);
        return map.Entries.Count + map.UnreadableLines <= bytes.Count(b => b == (byte)'\n') + 1;
    });

    [Fact]
    public void A_damaged_map_parses_to_no_more_than_its_lines()
    {
        var original = Encoding.UTF8.GetBytes(Sample);
        Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte, Gen.Int[0, original.Length]).Sample((at, value, length) =>
        {
            var bytes = original.ToArray();
            bytes[at] = value;
            var map = MemoryMap.Parse(bytes.AsSpan(0, length));
            return map.Entries.All(entry => entry.End > entry.Start) && map.Entries.Count + map.UnreadableLines <= 8;
        });
    }

    [Fact]
    public void A_written_mapping_reads_back() => Gen.Select(
        Gen.ULong[0, 1UL << 46], Gen.ULong[1, 1UL << 40], Gen.Int[0, 15], Gen.ULong, Gen.UInt, Gen.UInt, Gen.ULong)
        .Sample((start, length, bits, offset, major, minor, inode) =>
        {
            var protection = (MemoryProtection)bits;
            var letters = string.Concat(
                (bits & 1) != 0 ? "r" : "-", (bits & 2) != 0 ? "w" : "-", (bits & 4) != 0 ? "x" : "-", (bits & 8) != 0 ? "s" : "p");
            var line = $"{start:x8}-{start + length:x8} {letters} {offset:x8} {major:x2}:{minor:x2} {inode}    /a/path with (brackets)";
            var entry = MemoryMap.Parse(Encoding.UTF8.GetBytes(line)).Entries.Single();
            return entry == new MemoryMapEntry(start, start + length, protection, offset, major, minor, inode, "/a/path with (brackets)", false);
        });

    [Fact]
    public void A_map_of_many_lines_of_one_file_allocates_its_path_once()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 1000).Select(i =>
            $"{i * 4096:x}-{(i + 1) * 4096:x} r--p 00000000 fd:01 77   /usr/lib/x86_64-linux-gnu/libexample.so.1\n")));
        var map = MemoryMap.Parse(text);
        var allocated = Allocated.By(() => MemoryMap.Parse(text));
        Assert.Equal(1000, map.Entries.Count);
        // The list of 72-byte entries, and next to nothing else.
        Assert.InRange(allocated, 1, 80_000);
    }
}
