using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tracer.Core.Expressions;

namespace Tracer.Cli.Tracing;

/// <summary>The options of verbs that print events.</summary>
internal sealed class EventArguments
{
    private readonly Option<long?> _events = new("--events", "-n") { Description = "Stop after that many events.", HelpName = "N" };
    private readonly Option<long?> _rateLimit = new("--rate-limit")
    {
        Description = "Take at most that many events in a second and count the others as limited: ebpf refuses them in the kernel, at the price of a bare hit. See --max-overhead for a bound on the price.",
        HelpName = "N/s",
        CustomParser = ParseRate,
    };

    private readonly Option<string[]> _print = new("--print")
    {
        Description = "Also show the values of these D expressions: 'qualname, cpu'. list tells which parameters are shown on request only.",
        HelpName = "EXPR,...",
    };

    private readonly Option<bool> _args = new("--args") { Description = "Also show the arguments of interpreted functions by name, as args of their entries." };
    private readonly Option<bool> _locals = new("--locals") { Description = "Also show the variables of interpreted functions by name, as locals of their returns, yields and resumptions." };
    private readonly Option<bool> _stack = new("--stack") { Description = "Show the native stack of every event." };
    private readonly Option<int?> _stackSize = new("--stack-size")
    {
        Description = "How much of a stack is copied for --stack, 1k to 64k; what is beyond is not shown. 16k when not given.",
        HelpName = "BYTES",
        CustomParser = ParseStackSize,
    };

    public EventArguments() => _events.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<long?>() is < 1)
            r.AddError("--events takes a number of 1 or more.");
    });

    public void AddTo(Command command)
    {
        command.Options.Add(_events);
        command.Options.Add(_rateLimit);
        command.Options.Add(_print);
        command.Options.Add(_args);
        command.Options.Add(_locals);
        command.Options.Add(_stack);
        command.Options.Add(_stackSize);
    }

    public TracingRequest Read(ParseResult result, TracingRequest request) => request with
    {
        Events = result.GetValue(_events),
        EventsPerSecond = result.GetValue(_rateLimit),
        Values = result.GetValue(_print) ?? [],
        Requested = [.. new[] { ("args", _args), ("locals", _locals) }.Where(r => result.GetValue(r.Item2)).Select(r => r.Item1)],
        StackBytes = result.GetValue(_stackSize) ?? (result.GetValue(_stack) ? StackExpression.DefaultBytes : null),
    };

    private static int? ParseStackSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TracingArguments.TryParseSize(text, out var size) && size is >= StackExpression.Chunk and <= StackExpression.MaximumBytes && size % StackExpression.Chunk == 0)
            return size;
        result.AddError($"'{text}' is not a size for stacks; write 1k to 64k.");
        return null;
    }

    private static long? ParseRate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var number = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate > 0)
            return rate;
        result.AddError($"'{text}' is not a rate; write 1000/s.");
        return null;
    }
}
