using System.Text.RegularExpressions;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rights;

/// <summary>What doctor says and what attach does with every set of rights: the table of docs/rights.md, row by row, against live processes.</summary>
public sealed partial class RightsTests(PublicCopy copy) : IClassFixture<PublicCopy>
{
    private const int Hits = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Configurations => [.. RightsConfiguration.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void The_best_backend_that_is_allowed_is_taken_and_what_is_missing_is_named(string name)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to give and to take rights");
        Assert.SkipUnless(KernelFacts.Read(LinuxSystemCalls.Instance).Version >= new KernelVersion(6, 16), "the table is of Linux 6.16 and later, where perf uprobes need CAP_SYS_ADMIN");
        var configuration = RightsConfiguration.All.Single(c => c.Name == name);
        using var own = Start(configuration.TargetPrefix);
        using var other = Start(configuration.OtherPrefix);
        var prefix = configuration.CommandPrefix(own.Pid);
        RightsTable.Check(name, Doctor(prefix), Attach(prefix, own), Attach(prefix, other));
    }

    private LiveTarget Start(string[] prefix)
    {
        string[] all = [.. prefix, copy.Target, $"{Hits}"];
        var target = LiveTarget.Start(all[0], all[1..]);
        target.ReadLine(Patience);
        return target;
    }

    // The backends that work for processes of the same user, and the exit code.
    private string Doctor(string[] prefix)
    {
        var result = Run(prefix, "doctor");
        var works = WorkingBackend().Matches(result.Output).Select(m => m.Groups[1].Value).ToArray();
        // Where something is closed there is a command, and where all is open there is none.
        Assert.Equal(works.Length == 3, !ClosedBackend().IsMatch(result.Output));
        Assert.Equal(works.Length > 0, result.ExitCode == 0);
        foreach (Match closed in ClosedBackend().Matches(result.Output))
            Assert.Matches(Remedy(), result.Output[closed.Index..]);
        return $"{(works.Length == 0 ? "none" : string.Join(", ", works))}; exit {result.ExitCode}";
    }

    // The backend, when all hits were seen; else the id, the exit code and the capabilities that the message names.
    private string Attach(string[] prefix, LiveTarget target)
    {
        string[] all = [.. prefix, copy.Command, "attach", $"{target.Pid}", "rate:hit", "-n", $"{Hits}"];
        using var command = Command.Start(all[0], all[1..]);
        var said = "";
        while (command.StandardError.ReadLine() is { } line)
        {
            said += line + "\n";
            if (AttachedBy().Match(line) is not { Success: true } attached)
                continue;
            target.WriteLine();
            var output = command.StandardOutput.ReadToEndAsync();
            Assert.Equal($"done fired={Hits}", string.Join(' ', target.ReadLine(Patience).Split(' ')[..2]));
            said += command.StandardError.ReadToEnd();
            Assert.True(command.WaitForExit(Patience), said);
            Assert.Equal(0, command.ExitCode);
            Assert.Equal(Hits, output.Result.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal)));
            // It runs on, as it was.
            target.WriteLine();
            Assert.StartsWith($"done fired={Hits}", target.ReadLine(Patience), StringComparison.Ordinal);
            return attached.Groups[1].Value;
        }

        Assert.True(command.WaitForExit(Patience), said);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Matches(Remedy(), said);
        Assert.Null(target.ExitStatus);
        var missing = CapabilityName().Matches(said).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);
        return string.Join(", ", [Id().Match(said).Groups[1].Value, $"exit {command.ExitCode}", .. missing]);
    }

    private CommandResult Run(string[] prefix, params string[] arguments)
    {
        string[] all = [.. prefix, copy.Command, .. arguments];
        return Command.RunProgram(all[0], all[1..]);
    }

    [GeneratedRegex(@"^backend (\w+) +works", RegexOptions.Multiline)]
    private static partial Regex WorkingBackend();

    [GeneratedRegex(@"^backend \w+ +does not work", RegexOptions.Multiline)]
    private static partial Regex ClosedBackend();

    [GeneratedRegex(@"^Attached to \d+ by (\w+):")]
    private static partial Regex AttachedBy();

    [GeneratedRegex(@"sudo |docker run |as root")]
    private static partial Regex Remedy();

    [GeneratedRegex(@"\[(ST\d{4})\]")]
    private static partial Regex Id();

    [GeneratedRegex(@"\bCAP_[A-Z_]+[A-Z]")]
    private static partial Regex CapabilityName();
}
