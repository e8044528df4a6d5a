using System.Buffers;
using System.Text;
using Tracer.Elf;

namespace Tracer.Runtimes.Php;

/// <summary>The version of a PHP, for people: where things are is read from the code itself.</summary>
internal static class PhpVersion
{
    // SAPI_PHP_VERSION_HEADER of main/SAPI.h, which every server interface has.
    private static readonly byte[] Header = "X-Powered-By: PHP/"u8.ToArray();

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789."u8);

    private const int Longest = 32;

    /// <summary>The version that a file has, as <c>8.2.36</c>; null when it does not tell.</summary>
    public static string? Read(ElfImage image)
    {
        foreach (var segment in image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Write) == 0))
        {
            if (!image.TryGetSegmentData(segment, out var data) || data.Span.IndexOf(Header) is var at && at < 0)
                continue;
            var text = data.Span[(at + Header.Length)..];
            text = text[..Math.Min(text.Length, Longest)];
            var length = text.IndexOfAnyExcept(Digits);
            if (length > 0)
                return Encoding.ASCII.GetString(text[..length]);
        }

        return null;
    }
}
