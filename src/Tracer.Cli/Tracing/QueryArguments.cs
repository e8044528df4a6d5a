using System.CommandLine;
using Tracer.Core.Aggregations;

namespace Tracer.Cli.Tracing;

/// <summary>The options of verbs that sum hits up.</summary>
internal sealed class QueryArguments
{
    private const int MostKeys = 1 << 20;

    private readonly Option<string[]> _by = new("--by")
    {
        Description = "A row for each value of these D expressions: funcname, arg0, tid, 'arg1 / 1024'.",
        HelpName = "EXPR,...",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<TimeSpan?> _interval = new("--interval")
    {
        Description = "Print and begin anew after each such time: 1s, 500ms.",
        HelpName = "TIME",
        CustomParser = TracingArguments.ParseDuration,
    };

    private readonly Option<int?> _top = new("--top") { Description = "Print only the N rows of the greatest values, and what the others come to.", HelpName = "N" };
    private readonly Option<int> _maximumKeys = new("--max-keys")
    {
        Description = "The most rows that are kept; hits beyond them are counted as overflow.",
        HelpName = "N",
        DefaultValueFactory = _ => Aggregation.DefaultCapacity,
    };

    private readonly Option<StackWalk> _stackWalk = new("--stack-walk")
    {
        Description = "How a stack that is a key is walked: by frame pointers (frames: cheap, under ebpf), by call frame information (unwind), or auto: by frame pointers where the target's modules keep them.",
        HelpName = "auto|frames|unwind",
        DefaultValueFactory = _ => StackWalk.Auto,
    };

    public QueryArguments()
    {
        _top.Validators.Add(r => TracingArguments.Check(r, r.GetValueOrDefault<int?>() is < 1, "--top takes a number of 1 or more."));
        _maximumKeys.Validators.Add(r => TracingArguments.Check(
            r, r.Errors.Any() ? false : r.GetValueOrDefault<int>() is < 1 or > MostKeys, $"--max-keys takes 1 to {MostKeys}."));
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_by);
        command.Options.Add(_interval);
        command.Options.Add(_top);
        command.Options.Add(_maximumKeys);
        command.Options.Add(_stackWalk);
    }

    public TracingRequest Read(ParseResult result, TracingRequest request, TraceQuery query) => request with
    {
        Query = query with { By = result.GetValue(_by) ?? [], MaximumKeys = result.GetValue(_maximumKeys) },
        Interval = result.GetValue(_interval),
        Top = result.GetValue(_top),
        StackWalk = result.GetValue(_stackWalk),
    };
}
