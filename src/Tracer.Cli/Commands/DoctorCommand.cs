using System.CommandLine;
using Tracer.Cli.Doctor;
using Tracer.Core.Backends;
using Tracer.Linux;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace doctor</c>: what this kernel and this user allow, and how to get more. Needs no privilege.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Says what this kernel and this user allow, and how to get more. Exits with 0 when some backend can trace processes of this user, else with 4 when more privilege would help, else with 5.");
        command.SetAction(_ => (int)Run(Console.Out));
        return command;
    }

    private static ExitCode Run(TextWriter output)
    {
        var gate = LinuxSystemCalls.Instance;
        var facts = KernelFacts.Read(gate);
        foreach (var item in Gates.Read(gate, facts, Environment.ProcessPath))
            Write(output, item.Name, item.Value, item.Remedy);
        output.WriteLine();
        var verdicts = Verdicts.Read(gate, facts);
        foreach (var verdict in verdicts)
        {
            Write(output, $"backend {verdict.Name}", Tell(verdict.Own), verdict.Own.Remedy);
            // What closes it for a process of this user's own closes it for others too, and was just told.
            if (verdict is { Own.IsSupported: true, Others: { } others })
                Write(output, "", $"other users' processes: {Tell(others)}", others.Remedy);
        }

        if (verdicts.Any(v => v.Own.IsSupported))
            return ExitCode.Ok;
        return verdicts.Any(v => v.Own.IsPermissionProblem) ? ExitCode.NotPermitted : ExitCode.Unsupported;
    }

    private static string Tell(BackendSupport support) => $"{(support.IsSupported ? "works" : "does not work")}{(support.Reason is null ? "" : ": " + support.Reason)}";

    private static void Write(TextWriter output, string name, string value, string? remedy)
    {
        output.WriteLine($"{name,-26} {value}");
        if (remedy is not null)
            output.WriteLine($"{"",-26}   -> {remedy}");
    }
}
