using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Listing;

/// <summary><c>--providers FILE</c>, and the names that sharptrace brings.</summary>
public sealed class ProviderFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Arguments_of_notes_have_the_names_and_types_of_a_definition()
    {
        File.WriteAllText(_file, "provider strings { probe text(int number, char *words); };");
        var listed = Command.Run("list", Repository.Fixture("strings/strings"), "strings:*", "--providers", _file);
        Assert.Equal(0, listed.ExitCode);
        Assert.Contains("strings:text(number: int32, words: string)", listed.Output, StringComparison.Ordinal);
        using var target = LiveTarget.Start(Repository.Fixture("strings/strings"), []);
        target.ReadLine(Patience);
        using var command = new ArmedCommand(Repository.Command, "attach", target.Pid.ToString(CultureInfo.InvariantCulture), "strings:text", "-n", "1", "--providers", _file, "--where", "words != \"\"");
        target.WriteLine();
        var result = command.WaitForEnd();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("number=", result.Output, StringComparison.Ordinal);
        Assert.Contains("words=\"", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provider strings {", "Line 1: ")]
    [InlineData(null, "No such file")]
    public void What_is_no_definition_is_refused_in_a_sentence(string? text, string reason)
    {
        if (text is not null)
            File.WriteAllText(_file, text);
        var result = Command.Run("list", Repository.Fixture("strings/strings"), "--providers", text is null ? "/no/such/file" : _file);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("[ST0225]", result.Error, StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_probe_of_the_packaged_server_is_declared_with_all_of_its_arguments()
    {
        const string Server = "/usr/lib/postgresql/15/bin/postgres";
        Assert.SkipUnless(File.Exists(Server), "PostgreSQL 15 is not installed.");
        var result = Command.Run("list", Server, "postgresql:*");
        Assert.Contains("postgresql:query__start(query: string)", result.Output, StringComparison.Ordinal);
        Assert.Contains("postgresql:lwlock__acquire(tranche: string, mode: int32)", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("arg", result.Output, StringComparison.Ordinal);
    }
}
