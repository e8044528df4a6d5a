using System.CommandLine;
using System.CommandLine.Parsing;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Cli.Tracing;

/// <summary>A process on the command line: <c>4312</c>, or <c>1@4312</c> by the id that a container has for it.</summary>
internal sealed class ProcessArgument
{
    /// <param name="description">What it is for.</param>
    public ProcessArgument(string description = "The process: its id, or ID@PID as the pid namespace of process PID numbers it.")
    {
        Argument = new Argument<string>("PID") { Description = description };
        Argument.Validators.Add(r =>
        {
            if (r.Tokens.Count == 1 && IsFirstOfOthers?.Invoke(r) != true && !NamespacedProcesses.TryParse(r.Tokens[0].Value, out _, out _))
                r.AddError($"'{r.Tokens[0].Value}' is no process id; write 4312, or 1@4312 for process 1 of the pid namespace of process 4312.");
        });
    }

    /// <summary>Whether the argument is no process but something else, because processes are named otherwise.</summary>
    public Func<ArgumentResult, bool>? IsFirstOfOthers { get; set; }

    /// <summary>To be added to a verb.</summary>
    public Argument<string> Argument { get; }

    /// <summary>The process's id here.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">It names none, or several.</exception>
    public int Read(ParseResult result) => Resolve(result.GetValue(Argument)!);

    /// <summary>The id here of a process that is named so; says so when that is another number.</summary>
    public static int Resolve(string text)
    {
        var pid = new NamespacedProcesses(LinuxSystemCalls.Instance).Resolve(text);
        if (NamespacedProcesses.TryParse(text, out var number, out _) && number != pid)
            Console.Error.WriteLine($"Process {text} is {pid} here.");
        return pid;
    }
}
