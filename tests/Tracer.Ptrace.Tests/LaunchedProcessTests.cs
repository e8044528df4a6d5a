using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>A command is started, traced from its first instruction, and its exit status told.</summary>
public sealed class LaunchedProcessTests
{
    private const string Source = """
        int main(int c, char **v) {
            for (int i = 0; i < 100; i++) asm volatile(".globl site_nop\nsite_nop: nop");
            return c;
        }
        """;

    private static readonly ISystemCallGate Gate = LinuxSystemCalls.Instance;

    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    [InlineData("-static")]
    [InlineData("-static-pie")]
    public async Task A_command_stands_at_its_entry_point_and_is_traced_from_there(string kind)
    {
        using var program = CProgram.Compile(Source, kind);
        using var launched = await LaunchedProcess.StartAsync(Gate, new SpawnOptions { Path = program.Path, Arguments = ["a", "b"] }, TestContext.Current.CancellationToken);
        var status = new ProcFs(Gate).Status(launched.ProcessId).Value;
        Assert.Equal(ProcessState.Stopped, status.State);
        Assert.Equal(0, status.TracerPid);
        if (kind is "-pie" or "-no-pie") Assert.Contains(new ProcFs(Gate).Maps(launched.ProcessId).Value.Entries, e => e.Path.Contains("libc.so"));

        var recorder = new Recorder();
        await using var attachment = await Tracing.Attach(program.PlanOf(launched.ProcessId, "site_nop"), recorder);
        Assert.Null(launched.WaitForExit(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(0, recorder.Total);
        launched.Resume();
        await attachment.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(100, recorder.Total);
        Assert.Equal(3, (await launched.WaitForExitAsync(TestContext.Current.CancellationToken)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_is_not_traced_after_all_runs_as_usual()
    {
        using var launched = await LaunchedProcess.StartAsync(Gate, new SpawnOptions { Path = "sh", Arguments = ["-c", "exit 7"] }, TestContext.Current.CancellationToken);
        launched.Resume();
        Assert.Equal(7, launched.WaitForExit(TimeSpan.FromSeconds(10))!.Value.ExitCode);
    }

    [Fact]
    public async Task A_script_is_its_interpreter()
    {
        var path = Path.Combine(Path.GetTempPath(), $"script-{Environment.ProcessId}");
        await File.WriteAllTextAsync(path, "#!/bin/sh\nexit 5\n", TestContext.Current.CancellationToken);
        CProgram.Run("chmod", ["755", path]);
        using var launched = await LaunchedProcess.StartAsync(Gate, new SpawnOptions { Path = path }, TestContext.Current.CancellationToken);
        Assert.EndsWith("sh", new ProcFs(Gate).Executable(launched.ProcessId).Value);
        launched.Resume();
        Assert.Equal(5, launched.WaitForExit(TimeSpan.FromSeconds(10))!.Value.ExitCode);
        File.Delete(path);
    }

    [Theory]
    [InlineData("/no/such/command", "ST0312", FailureKind.NotFound)]
    [InlineData("/etc/passwd", "ST0312", FailureKind.NotPermitted)]
    [InlineData("no-such-command-anywhere", "ST0312", FailureKind.NotFound)]
    public async Task A_command_that_cannot_be_started_says_why(string path, string id, FailureKind kind)
    {
        var failure = await Assert.ThrowsAsync<TracerException>(() => LaunchedProcess.StartAsync(Gate, new SpawnOptions { Path = path }, TestContext.Current.CancellationToken));
        Assert.Equal(id, failure.Id);
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(path, failure.Message);
    }

    [Fact]
    public async Task A_program_whose_library_is_missing_ends_before_its_first_instruction()
    {
        using var library = CProgram.Compile("int lib(void) { return 1; }", "-shared", "-fPIC", "-Wl,-soname,libnot-to-be-found.so");
        using var program = CProgram.Compile("int lib(void); int main() { return lib(); }", library.Path);
        var failure = await Assert.ThrowsAsync<TracerException>(() => LaunchedProcess.StartAsync(Gate, new SpawnOptions { Path = program.Path }, TestContext.Current.CancellationToken));
        Assert.Equal("ST0313", failure.Id);
        Assert.Contains("exited with 127", failure.Message);
    }
}
