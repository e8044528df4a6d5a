using System.CommandLine;
using Tracer.Allocations;
using Tracer.Cli.Allocations;
using Tracer.Cli.Tracing;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace alloc PID [--by function|line|stack]</c>: whose memory grows.</summary>
internal static class AllocCommand
{
    public static Command Create()
    {
        var pid = new ProcessArgument();
        var by = new Option<AllocationBy>("--by") { Description = "Put memory down to the function or to the line that was running, or to it and all its callers.", HelpName = "function|line|stack" };
        var inclusive = new Option<bool>("--inclusive")
        {
            Description = "Tell of functions, or lines, also what those that they called asked for; rows are ordered by that. Whole stacks are recorded for it, as by --by stack: a block costs the target 1.2 times as much with 5 frames, twice with 40.",
        };
        var top = new Option<int>("--top") { Description = "How many rows to show.", DefaultValueFactory = _ => 30, HelpName = "N" };
        var blocks = new Option<int>("--max-blocks")
        {
            Description = "How many blocks are remembered until they are given back; of others it is told that they were not.",
            DefaultValueFactory = _ => new AllocationOptions().MaximumBlocks,
            HelpName = "N",
        };
        var duration = new Option<TimeSpan?>("--duration") { Description = "Stop after that time: 500ms, 10s, 5m, 1h.", HelpName = "TIME", CustomParser = TracingArguments.ParseDuration };
        var interval = new Option<TimeSpan?>("--interval") { Description = "Print what there is after each such time.", HelpName = "TIME", CustomParser = TracingArguments.ParseDuration };
        var backend = new Option<BackendChoice>("--backend") { Description = "ebpf or ptrace.", HelpName = "auto|ebpf|ptrace" };
        var json = new Option<bool>("--json") { Description = "One JSON record a line." };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Say which backend was chosen and why, and where probes are." };
        top.Validators.Add(r => TracingArguments.Check(r, r.GetValueOrDefault<int>() < 1, "--top takes a number of 1 or more."));
        blocks.Validators.Add(r => TracingArguments.Check(r, r.GetValueOrDefault<int>() is < 1 or > 1 << 26, "--max-blocks takes 1 to 67108864."));
        var command = new Command(
            "alloc",
            """
            Tells how much memory Python functions ask for, how much of it is given back, and what grows: blocks of malloc and, where the compiler has not put it into its callers, of Python's own allocator.

            Examples:
              sharptrace alloc 4312 --duration 10s
              sharptrace alloc 4312 --by line --top 10 --interval 5s
              sharptrace alloc 4312 --inclusive
              sharptrace alloc 4312 --by stack --json
            """)
        {
            pid.Argument, by, inclusive, top, blocks, duration, interval, backend, json, verbose,
        };
        command.SetAction(async (result, _) =>
        {
            var options = new AllocationOptions
            {
                By = result.GetValue(by),
                Inclusive = result.GetValue(inclusive),
                Backend = result.GetValue(backend),
                MaximumBlocks = result.GetValue(blocks),
                Logger = new ConsoleLogger(Console.Error, result.GetValue(verbose) ? 1 : 0),
            };
            var request = new AllocationRequest(pid.Read(result), options, result.GetValue(duration), result.GetValue(interval), result.GetValue(top), result.GetValue(json));
            return await AllocationRun.RunAsync(request).ConfigureAwait(false);
        });
        return command;
    }
}
