using System.Globalization;
using System.Text.Json;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Listing;

/// <summary><c>list</c> of files and processes, its patterns and its formats.</summary>
public sealed class ListingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_pattern_chooses_by_provider_and_name()
    {
        var path = Repository.Fixture("semaphores/semaphores");
        Assert.Equal(["semaphores:guarded"], Probes(Command.Run("list", path, "*:g*", "--json")));
        Assert.Equal(["semaphores:always", "semaphores:guarded"], Probes(Command.Run("list", path, "semaphores", "--json")));
        Assert.Equal(6, Command.Run("list", path, "python").ExitCode);
    }

    [Fact]
    public void A_JSON_record_has_types_state_and_sites()
    {
        var result = Command.Run("list", Repository.Fixture("semaphores/semaphores"), "semaphores:always(int64, string)", "--json");
        Assert.Equal(0, result.ExitCode);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal("probe", document.RootElement.GetProperty("type").GetString());
        var data = document.RootElement.GetProperty("data");
        Assert.Equal("usdt", data.GetProperty("source").GetString());
        Assert.Equal("ready", data.GetProperty("state").GetString());
        Assert.Equal("""[{"name":"arg0","type":"int64"},{"name":"arg1","type":"string"}]""", data.GetProperty("parameters").GetRawText());
        var site = Assert.Single(data.GetProperty("sites").EnumerateArray());
        Assert.All(new[] { "offset", "address", "semaphore" }, n => Assert.Equal(JsonValueKind.Number, site.GetProperty(n).ValueKind));
        Assert.Equal(2, site.GetProperty("arguments").GetArrayLength());
    }

    [Fact]
    public void A_process_is_listed_as_its_file_is()
    {
        using var target = LiveTarget.Start(Repository.Fixture("sites/sites"), []);
        target.ReadLine(Patience);
        var result = Command.Run("list", target.Pid.ToString(CultureInfo.InvariantCulture), "sites");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("sites:multi(", result.Output, StringComparison.Ordinal);
        Assert.Contains("8 sites", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_target_all_processes_with_probes_are_listed()
    {
        using var target = LiveTarget.Start(Repository.Fixture("sites/sites"), []);
        target.ReadLine(Patience);
        var result = Command.Run("list", "--json");
        Assert.Equal(0, result.ExitCode);
        var pids = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l =>
        {
            using var document = JsonDocument.Parse(l);
            Assert.Equal("process", document.RootElement.GetProperty("type").GetString());
            return document.RootElement.GetProperty("data").GetProperty("pid").GetInt32();
        });
        Assert.Contains(target.Pid, pids);
    }

    [Fact]
    public void A_file_cannot_steer_the_terminal_by_the_names_of_its_probes()
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("semaphores/semaphores"));
        var name = bytes.AsSpan().IndexOf("semaphores\0guarded\0"u8);
        Assert.True(name > 0);
        "\e[31m\n"u8.CopyTo(bytes.AsSpan(name + "semaphores\0"u8.Length));
        var path = Path.Combine(Path.GetTempPath(), $"sharptrace-names-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(path, bytes);
            var result = Command.Run("list", path);
            Assert.Equal(0, result.ExitCode);
            Assert.Contains(@"semaphores:\x1b[31m\nd(", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain('\e', result.Output);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> Probes(CommandResult result)
    {
        Assert.Equal(0, result.ExitCode);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l =>
        {
            using var document = JsonDocument.Parse(l);
            return document.RootElement.GetProperty("data").GetProperty("probe").GetString()!;
        }).Order(StringComparer.Ordinal);
    }
}
