using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Tracer.Cli.Tests.Listing;

/// <summary><c>list</c> agrees with <c>readelf -n</c>, provider by provider, site by site.</summary>
public sealed class ReadelfAgreementTests
{
    public static TheoryData<string, string> Programs() => new()
    {
        { "python3.11", "/usr/bin/python3.11" },
        { "libjvm", "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so" },
        { "libruby", "/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1" },
        { "php", "/usr/bin/php8.2" },
        { "postgres", "/usr/lib/postgresql/15/bin/postgres" },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_site_is_listed(string name, string path)
    {
        Assert.SkipUnless(File.Exists(path), $"{name} is not installed: there is no {path}");
        var expected = Readelf(path).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Listed(path).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Listed(string path)
    {
        var result = Command.Run("list", path, "--json");
        Assert.Equal(0, result.ExitCode);
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            var data = document.RootElement.GetProperty("data");
            // Where a probe is observed elsewhere, its notes' sites are told as replaced.
            var member = data.GetProperty("source").GetString() == "usdt" ? "sites" : "replaced";
            if (!data.TryGetProperty(member, out var sites))
                continue;
            foreach (var site in sites.EnumerateArray())
            {
                var semaphore = site.TryGetProperty("semaphore", out var s) ? s.GetUInt64() : 0;
                yield return Site(data.GetProperty("probe").GetString()!, site.GetProperty("address").GetUInt64(), semaphore);
            }
        }
    }

    // Provider: python / Name: line / Location: 0x..., Base: 0x..., Semaphore: 0x...
    private static IEnumerable<string> Readelf(string path)
    {
        string provider = "", name = "";
        foreach (var line in Command.RunProgram("readelf", "-n", path).Output.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith("Provider: ", StringComparison.Ordinal))
                provider = line[10..];
            else if (line.StartsWith("Name: ", StringComparison.Ordinal))
                name = line[6..];
            else if (line.StartsWith("Location: ", StringComparison.Ordinal))
                yield return Site($"{provider}:{name}", Hex(line, "Location: "), Hex(line, "Semaphore: "));
        }
    }

    private static ulong Hex(string line, string label)
    {
        var start = line.IndexOf(label, StringComparison.Ordinal) + label.Length + 2;
        var end = line.IndexOf(',', start);
        return ulong.Parse(line.AsSpan(start, (end < 0 ? line.Length : end) - start), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static string Site(string probe, ulong location, ulong semaphore) => $"{probe} at 0x{location:x} semaphore 0x{semaphore:x}";
}
