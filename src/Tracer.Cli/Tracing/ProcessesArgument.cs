using System.CommandLine;
using System.CommandLine.Parsing;

namespace Tracer.Cli.Tracing;

/// <summary>Which running processes a verb traces: the one of its first argument, or those that an option names; the first argument is then the first probe.</summary>
internal sealed class ProcessesArgument
{
    private readonly ProcessArgument _process;
    private readonly Option<bool> _all = new("--all") { Description = "Trace every process that has the probes instead of PID, also those that are started later. Needs ebpf." };
    private readonly Option<string?> _name = new("--name") { Description = "Trace the processes of that name instead of PID, and follow them.", HelpName = "NAME" };
    private readonly Option<string?> _group = new("--cgroup") { Description = "Trace the processes of that control group instead of PID, and follow them.", HelpName = "PATH" };

    public ProcessesArgument(string? description = null)
    {
        _process = description is null ? new ProcessArgument() : new ProcessArgument(description);
        _process.IsFirstOfOthers = r => Count(r) > 0;
    }

    /// <summary>To be added before the verb's other arguments.</summary>
    public void AddTo(Command verb)
    {
        verb.Arguments.Add(_process.Argument);
        verb.Options.Add(_all);
        verb.Options.Add(_name);
        verb.Options.Add(_group);
        verb.Validators.Add(r =>
        {
            if (Count(r) > 1)
                r.AddError("--all, --name and --cgroup cannot go together.");
        });
    }

    // Options that were not given have a result too, which is implicit.
    private int Count(SymbolResult result) => new Option[] { _all, _name, _group }.Count(o => result.GetResult(o) is { Implicit: false });

    /// <summary>The probes, given those behind the first argument.</summary>
    public IReadOnlyList<string> Probes(ParseResult result, IReadOnlyList<string> others) => IsGroup(result) ? [result.GetValue(_process.Argument)!, .. others] : others;

    /// <summary>Makes the session.</summary>
    public Func<TraceOptions, CancellationToken, Task<TraceSession>> Starter(ParseResult result)
    {
        if (result.GetValue(_all))
            return TraceSession.AttachToAllAsync;
        if (result.GetValue(_name) is { } name)
            return (options, token) => TraceSession.AttachAsync(ProcessGroups.ByName(name), options, token);
        if (result.GetValue(_group) is { } group)
            return (options, token) => TraceSession.AttachAsync(ProcessGroups.ByControlGroup(group), options, token);
        var process = _process.Read(result);
        return (options, token) => TraceSession.AttachAsync(process, options, token);
    }

    /// <summary>Whether processes are followed, asked for or not.</summary>
    public bool IsGroup(ParseResult result) => result.GetValue(_all) || result.GetValue(_name) is not null || result.GetValue(_group) is not null;
}
