using System.CommandLine;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Output.Text;
using Tracer.Ptrace.Rescue;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace recover [PID]</c>: gives processes back what a killed sharptrace has left in them.</summary>
internal static class RecoverCommand
{
    public static Command Create()
    {
        var pid = new Argument<int?>("PID") { Description = "The process; all processes when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("recover", "Takes out what a sharptrace that was killed has left in a process.") { pid };
        command.SetAction(result => (int)Recover(LinuxSystemCalls.Instance, result.GetValue(pid)));
        return command;
    }

    private static ExitCode Recover(ISystemCallGate gate, int? processId)
    {
        var reports = new List<RecoveryReport>();
        foreach (var left in processId is { } one ? [one] : LeftBehind.Find(gate))
        {
            foreach (var report in Recover(gate, left, isOneOfAll: processId is null))
            {
                reports.Add(report);
                Console.Out.WriteLine(LeftBehind.Describe(report));
            }
        }

        if (reports.Count == 0)
            Console.Out.WriteLine(processId is { } asked ? $"Process {asked}: nothing is left in it." : "Nothing is left in any process.");
        return reports.FirstOrDefault(r => r.Failed.Count > 0) is { } failed
            ? throw new TracerException("ST0315", FailureKind.TracingFailed, $"Process {failed.ProcessId} could not be left as it was found: {failed.Failed[0]}.")
            : ExitCode.Ok;
    }

    private static IReadOnlyList<RecoveryReport> Recover(ISystemCallGate gate, int processId, bool isOneOfAll)
    {
        try
        {
            return Recovery.Recover(gate, processId);
        }
        catch (TracerException error) when (isOneOfAll)
        {
            // It has ended meanwhile, or its guardian was there first.
            if (error.Kind != FailureKind.NotFound && Recovery.IsNeeded(gate, processId))
                Console.Error.WriteLine(ErrorText.Of(error));
            return [];
        }
    }
}
