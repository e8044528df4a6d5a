using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Tracer.Cli.Tracing;

/// <summary>The options of verbs that print events.</summary>
internal sealed class EventArguments
{
    private readonly Option<long?> _events = new("--events", "-n") { Description = "Stop after that many events.", HelpName = "N" };
    private readonly Option<long?> _rateLimit = new("--rate-limit")
    {
        Description = "Print at most that many events in a second and count the others as limited; they cost the target what printed ones cost.",
        HelpName = "N/s",
        CustomParser = ParseRate,
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
    }

    public TracingRequest Read(ParseResult result, TracingRequest request) => request with
    {
        Events = result.GetValue(_events),
        EventsPerSecond = result.GetValue(_rateLimit),
    };

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
