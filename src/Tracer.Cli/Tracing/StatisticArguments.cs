using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Output.Aggregations;

namespace Tracer.Cli.Tracing;

/// <summary>What verbs with a value make of it: a histogram, with which buckets, or one number.</summary>
internal sealed class StatisticArguments
{
    private static readonly AggregationFunction[] Functions = [.. Enum.GetValues<AggregationFunction>().Where(f => f != AggregationFunction.Count)];

    private readonly Option<string> _statistic = new("--stat")
    {
        Description = "What is told of the values: histogram, sum, avg, min, max or stddev.",
        DefaultValueFactory = _ => FunctionNames.Of(AggregationFunction.Histogram),
    };

    private readonly Option<Buckets?> _linear = new("--linear")
    {
        Description = "Buckets of one width instead of powers of two. Numbers may be times: 0,10ms,100us.",
        HelpName = "LOW,HIGH,STEP",
        CustomParser = r => Parse(r, 3, n => new LinearBuckets(n[0], n[1], n[2])),
    };

    private readonly Option<Buckets?> _logLinear = new("--log")
    {
        Description = "Buckets of FACTOR to the power of LOW up to that of HIGH + 1, each power cut into equal steps: 10,3,8,10 for 1us to 1s of a latency.",
        HelpName = "FACTOR,LOW,HIGH,STEPS",
        CustomParser = r => Parse(r, 4, n => new LogLinearBuckets(checked((int)n[0]), checked((int)n[1]), checked((int)n[2]), checked((int)n[3]))),
    };

    public StatisticArguments() => _statistic.AcceptOnlyFromAmong([.. Functions.Select(FunctionNames.Of)]);

    public void AddTo(Command command)
    {
        command.Options.Add(_statistic);
        command.Options.Add(_linear);
        command.Options.Add(_logLinear);
        command.Validators.Add(r => TracingArguments.Check(
            r, r.GetResult(_linear) is not null && r.GetResult(_logLinear) is not null, "--linear and --log do not go together."));
    }

    public TraceQuery Read(ParseResult result, TraceQuery query) => query with
    {
        Function = Functions.First(f => FunctionNames.Of(f) == result.GetValue(_statistic)),
        Buckets = result.GetValue(_linear) ?? result.GetValue(_logLinear) ?? query.Buckets,
    };

    private static Buckets? Parse(ArgumentResult result, int count, Func<long[], Buckets> make)
    {
        var text = result.Tokens[0].Value;
        var numbers = text.Split(',').Select(ParseNumber).ToArray();
        if (numbers.Length != count || numbers.Any(n => n is null))
        {
            result.AddError($"'{text}' is not {count} numbers with commas between them.");
            return null;
        }

        try
        {
            return make([.. numbers.Select(n => n!.Value)]);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            // .NET adds the name of a parameter that the user does not know.
            result.AddError($"'{text}' makes no buckets. {error.Message.Split(" (Parameter")[0]}");
            return null;
        }
    }

    private static long? ParseNumber(string text)
    {
        var number = text.Trim();
        var unit = number.EndsWith("ns", StringComparison.Ordinal) ? 1 : number.EndsWith("us", StringComparison.Ordinal) ? 1_000
            : number.EndsWith("ms", StringComparison.Ordinal) ? 1_000_000 : number.EndsWith('s') ? 1_000_000_000 : 0;
        var digits = number.TrimEnd("numsNUMS".ToCharArray());
        if (unit == 0 && digits.Length != number.Length)
            return null;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && (Int128)value * Math.Max(unit, 1) is var whole && whole >= long.MinValue && whole <= long.MaxValue
            ? (long)whole
            : null;
    }
}
