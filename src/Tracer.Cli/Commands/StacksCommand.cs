using System.CommandLine;
using Tracer.Cli.Tracing;
using Tracer.Linux;
using Tracer.Output;
using Tracer.Output.Json;
using Tracer.Output.Text;
using Tracer.Runtimes.Python.Objects;
using Tracer.Stacks;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace stacks PID</c>: where every thread is, interpreted and native frames in one stack.</summary>
internal static class StacksCommand
{
    public static Command Create()
    {
        var pid = new ProcessArgument();
        var native = new Option<bool>("--native") { Description = "Show native frames too, and threads without interpreted code." };
        var threads = new Option<int[]>("--threads") { Description = "Only these threads, by id.", HelpName = "TID", AllowMultipleArgumentsPerToken = true };
        var locals = new Option<bool>("--locals") { Description = "Show the variables of Python functions; the process is stopped for as long as they are read." };
        var noStop = new Option<bool>("--no-stop") { Description = "Do not stop the process: stacks may then be torn, and there are no native frames." };
        var json = new Option<bool>("--json") { Description = "One JSON record a line." };
        var command = new Command("stacks", "Shows the stack of every thread: Python frames with the lines they are at, and native ones.") { pid.Argument, native, threads, locals, noStop, json };
        command.SetAction(result =>
        {
            var options = new StacksOptions
            {
                Native = result.GetValue(native),
                Threads = result.GetValue(threads) ?? [],
                Locals = result.GetValue(locals) ? new PythonValueLimits() : null,
                Stop = !result.GetValue(noStop),
            };
            return (int)Show(pid.Read(result), options, result.GetValue(json));
        });
        return command;
    }

    private static ExitCode Show(int pid, StacksOptions options, bool json)
    {
        var gate = LinuxSystemCalls.Instance;
        var report = ProcessStacks.Take(pid, options, gate);
        foreach (var warning in report.Warnings)
            Console.Error.WriteLine($"sharptrace: {TextEscaper.Escape(warning)}");
        var output = new OutputBuffer(new StandardOutput(gate));
        if (json)
            StacksJson.Write(output, report);
        else
            StacksText.Write(output, report);
        output.Flush();
        return output.Failed.IsCompleted ? throw output.Failed.Result : ExitCode.Ok;
    }
}
