using Xunit;

namespace Tracer.Cli.Tests.Rights;

/// <summary>Commands and files of a user who called sudo are his. sudo itself need not be there: it is its environment and root's rights that count.</summary>
public sealed class SudoTests(PublicCopy copy) : IClassFixture<PublicCopy>
{
    private const string Nobody = "65534";

    private const string TellWho =
        "import os; print(*os.getresuid(), *os.getresgid(), ','.join(map(str, sorted(os.getgroups()))), *[l.split()[1] for l in open('/proc/self/status') if l[:6] in ('CapPrm', 'CapEff')], "
        + "*[os.environ.get(n, '-') for n in ('HOME', 'USER', 'LOGNAME', 'SHELL', 'SUDO_UID', 'SUDO_USER', 'DOTNET_EnableDiagnostics', 'KEPT')])";

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void A_command_runs_as_the_user_who_called_sudo(string backend)
    {
        RequireRoot();
        using var folder = new PublicFolder();
        var file = Path.Combine(folder.Path, "events");
        var result = Run(Sudo, "run", "python:function__entry", "--backend", backend, "-n", "1", "-o", file, "--", "/usr/bin/python3.11", "-c", TellWho);
        Assert.True(result.ExitCode == 0, result.Error);
        var (group, groups) = (Tell("id", "-g", "nobody"), Tell("id", "-G", "nobody").Split(' ').Order(StringComparer.Ordinal));
        Assert.Equal(Nobody, group);
        var none = new string('0', 16);
        Assert.Equal(
            $"{Nobody} {Nobody} {Nobody} {Nobody} {Nobody} {Nobody} {string.Join(',', groups)} {none} {none} /nonexistent nobody nobody /usr/sbin/nologin - - - kept\n", result.Output);
        Assert.Contains("python:function__entry", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal($"{Nobody}:{Nobody}", Tell("stat", "-c", "%u:%g", file));
    }

    [Fact]
    public void A_file_that_was_there_keeps_its_owner()
    {
        RequireRoot();
        using var folder = new PublicFolder();
        var file = Path.Combine(folder.Path, "events");
        File.WriteAllText(file, "old");
        Assert.Equal(0, Run(Sudo, "run", "python:function__entry", "-n", "1", "-o", file, "--", "/usr/bin/python3.11", "-c", "0").ExitCode);
        Assert.DoesNotContain("old", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal("0:0", Tell("stat", "-c", "%u:%g", file));
    }

    [Theory]
    [InlineData(true, "run", "python:function__entry", "-n", "1", "--as-root", "-o", "/dev/null")]
    [InlineData(false, "run", "python:function__entry", "-n", "1", "-o", "/dev/null")]
    [InlineData(true, "count", "python:function__entry", "--as-root", "-o", "/dev/null")]
    public void Roots_own_commands_and_those_asked_for_as_root_stay_roots(bool sudo, params string[] arguments)
    {
        RequireRoot();
        var result = Run(sudo ? Sudo : [], [.. arguments, "--", "/usr/bin/python3.11", "-c", "import os; print(*os.getresuid())"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("0 0 0\n", result.Output);
    }

    [Fact]
    public void The_commands_exit_code_and_its_hits_are_those_of_the_user()
    {
        RequireRoot();
        var result = Run(Sudo, "count", "uprobe:rate:main", "--", copy.Target, "0", "--exit");
        Assert.Contains("1 hits", result.Error, StringComparison.Ordinal);
        Assert.Equal(7, Run(Sudo, "count", "python:function__entry", "--", "/usr/bin/python3.11", "-c", "raise SystemExit(7)").ExitCode);
    }

    [Fact]
    public void What_the_user_may_not_execute_is_not_executed()
    {
        RequireRoot();
        using var folder = new PublicFolder();
        var program = Path.Combine(folder.Path, "program");
        File.Copy("/bin/true", program);
        Assert.Equal(0, Command.RunProgram("chmod", "500", program).ExitCode);
        var result = Run(Sudo, "run", "uprobe:program:main", "--", program);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("[ST0312]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_in_the_temporary_folder()
    {
        RequireRoot();
        using var folder = new PublicFolder();
        Assert.Equal(0, Run(["env", $"TMPDIR={folder.Path}", .. Sudo], "count", "python:function__entry", "-o", "/dev/null", "--", "/usr/bin/python3.11", "-c", "0").ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static string[] Sudo => ["env", $"SUDO_UID={Nobody}", $"SUDO_GID={Nobody}", "SUDO_USER=nobody", "KEPT=kept"];

    private static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, as sudo gives it");

    private CommandResult Run(string[] prefix, params string[] arguments)
    {
        string[] all = [.. prefix, copy.Command, .. arguments];
        return Command.RunProgram(all[0], all[1..]);
    }

    private static string Tell(string program, params string[] arguments) => Command.RunProgram(program, arguments).Output.Trim();
}
