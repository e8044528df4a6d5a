using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Real libpythons against what gdb says about them (the two tables beside this file).</summary>
public sealed class CPythonLayoutTests
{
    public static TheoryData<string> PyenvVersions => ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];

    public static TheoryData<string> Versions => [.. PyenvVersions.Select(row => row.Data), "deb3.11"];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Offsets_sizes_and_types_equal_those_of_gdb(string version)
    {
        var reader = RealFiles.LibPython(version);
        var rows = RealFiles.Table("cpython-layouts.tsv").Select(line => line.Split('\t')).Where(row => row[0] == version).ToList();
        var layouts = reader.Types.FindStructs([.. rows.Select(row => row[1]).Distinct()]);
        var wrong = rows.Select(row => Compare(layouts, row)).Where(difference => difference.Length > 0).ToList();

        Assert.NotEmpty(rows);
        Assert.Empty(wrong);
        Assert.Empty(reader.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(PyenvVersions))]
    public void Offsets_for_decoders_equal_those_of_gdb(string version)
    {
        var reader = RealFiles.LibPython(version);
        int compared = 0;
        foreach (string line in RealFiles.Table("cpython-offsets.txt").SkipWhile(line => line != "=== " + version).Skip(1).TakeWhile(line => line[0] != '='))
        {
            // "structure path=offset ...", where a structure this version lacks has no paths, or "sizeof structure bytes".
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
            bool isSize = words.Remove("sizeof");
            if (words.Remove("struct"))
                words[0] = "struct " + words[0];
            if (words.Count == 1)
                continue;
            Assert.True(reader.Types.TryFindStruct(words[0], out var layout), words[0]);
            if (isSize)
                Assert.Equal(words[1], layout.ByteSize.ToString(CultureInfo.InvariantCulture));
            else
                Assert.All(words.Skip(1), field => Assert.Equal(field, $"{field.Split('=')[0]}={layout.Field(field.Split('=')[0])?.ByteOffset}"));
            compared += words.Count - 1;
        }
        Assert.True(compared > 10, $"{compared} compared");
    }

    private static string Compare(IReadOnlyDictionary<string, StructLayout> layouts, string[] row)
    {
        string what = string.Join(' ', row);
        if (!layouts.TryGetValue(row[1], out var layout))
            return what + ": structure not found";
        long offset = long.Parse(row[3], CultureInfo.InvariantCulture), size = long.Parse(row[4], CultureInfo.InvariantCulture);
        if (row[2] == "(sizeof)")
            return layout.ByteSize == size ? "" : $"{what}: size {layout.ByteSize}";
        if (!layout.TryGetField(row[2], out var field))
            return what + ": no such field";
        if (Regex.Match(row[5], @"^bits (\d+)\.\.(\d+) \(of byte (\d+)\) (.*)$") is { Success: true } bits)
        {
            int first = int.Parse(bits.Groups[1].Value, CultureInfo.InvariantCulture), last = int.Parse(bits.Groups[2].Value, CultureInfo.InvariantCulture);
            int byteOfBit = int.Parse(bits.Groups[3].Value, CultureInfo.InvariantCulture);
            return field.ByteOffset * 8 + field.BitOffset == (offset - byteOfBit) * 8 + first && field.BitSize == last - first + 1
                && field.Type.ByteSize == size && TypeName(field) == bits.Groups[4].Value
                ? "" : $"{what}: {field.ByteOffset}:{field.BitOffset}+{field.BitSize} {field.Type}";
        }
        return field.ByteOffset == offset && field.ByteSize == size && (row[5].Length == 0 || TypeName(field) == row[5])
            ? "" : $"{what}: {field.ByteOffset} {field.ByteSize} {field.Type}";
    }

    // The table has C's short names of integer types, DWARF gcc's long ones.
    private static string TypeName(StructMember field) => field.Type.ToString()
        .Replace("long unsigned int", "unsigned long").Replace("long int", "long").Replace("short int", "short");
}
