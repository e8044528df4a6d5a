using System.Buffers.Binary;
using System.Text;
using Tracer.Elf;

namespace Tracer.Runtimes.Python;

/// <summary>Finds out which CPython a file is, from the file alone.</summary>
public static class PythonVersionReader
{
    private const int LongestVersion = 24;

    /// <summary>
    /// The version: the exported <c>Py_Version</c> (3.11 and later), else the string PY_VERSION that <c>Py_GetVersion</c> prints; null when the
    /// file has neither.
    /// </summary>
    /// <param name="image">A file that exports CPython's C API.</param>
    /// <param name="fileName">Its name, which decides when there is more than one such string.</param>
    public static PythonVersion? Read(ElfImage image, string fileName)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(fileName);
        if (image.DynamicSymbols is { } symbols && symbols.TryFind("Py_Version"u8, out var symbol))
        {
            var data = image.DataFrom(symbol.Value).Span;
            if (data.Length >= 4)
                return PythonVersion.OfHex(BinaryPrimitives.ReadUInt32LittleEndian(data));
        }

        PythonVersion? found = null;
        foreach (var data in ReadOnlyData(image))
        {
            foreach (var version in Strings(data))
            {
                if (fileName.Contains($"{version.Major}.{version.Minor}", StringComparison.Ordinal))
                    return version;
                found ??= version;
            }
        }

        return found;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ReadOnlyData(ElfImage image)
    {
        if (image.TryGetSectionData(".rodata", out var data, out _))
            return [data];
        return image.AddressMap.LoadSegments.Select(s => image.TryGetSegmentData(s, out var bytes) ? bytes : default);
    }

    // Every whole C string that begins as a version does.
    private static List<PythonVersion> Strings(ReadOnlyMemory<byte> memory)
    {
        var found = new List<PythonVersion>();
        var data = memory.Span;
        foreach (var start in new[] { "\0" + "3.", "\0" + "2." })
        {
            var pattern = Encoding.ASCII.GetBytes(start);
            for (var at = 0; data[at..].IndexOf(pattern) is >= 0 and var next; at += next + 1)
            {
                var text = data[(at + next + 1)..];
                var end = text[..Math.Min(text.Length, LongestVersion)].IndexOf((byte)0);
                if (end > 0 && PythonVersion.Parse(text[..end]) is { } version)
                    found.Add(version);
            }
        }

        return found;
    }
}
