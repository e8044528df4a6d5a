using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tracer.Core.Plans;

namespace Tracer.Cli.Tracing;

/// <summary>The options that all tracing verbs share.</summary>
internal sealed class TracingArguments
{
    private readonly Option<string?> _where = new("--where")
    {
        Description = "Only hits that satisfy this D expression: 'lineno > 100 && funcname == \"fib\"'.",
        HelpName = "EXPR",
    };

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        Description = "Stop after that time: 500ms, 10s, 5m, 1h.",
        HelpName = "TIME",
        CustomParser = ParseDuration,
    };

    private readonly Option<double?> _maximumOverhead = new("--max-overhead")
    {
        Description = "Let hits cost at most that part of the time that the target runs. Probes are then off for a part of the time, and it is told for how much. Not with --backend perf.",
        HelpName = "PERCENT",
        CustomParser = ParsePercent,
    };

    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Also trace the processes it starts, the programs they execute and the libraries they load; probes that are not there yet are awaited. Needs ebpf.",
    };

    private readonly Option<BackendChoice> _backend = new("--backend")
    {
        Description = "How to trace: auto, ebpf (uprobes, never stops the target), perf (the same without BPF, memory is read late) or ptrace (breakpoints).",
        HelpName = "auto|ebpf|perf|ptrace",
        DefaultValueFactory = _ => BackendChoice.Auto,
    };

    private readonly Option<ReturnMethod> _returns = new("--returns")
    {
        Description = "How native functions are seen to return: auto, kernel (it follows up to 64 nested calls; cheap, not for programs that unwind or switch stacks) or sites (every exit).",
        HelpName = "auto|kernel|sites",
        DefaultValueFactory = _ => ReturnMethod.Auto,
    };

    private readonly Option<string> _format = new("--format") { Description = "text or json (one record a line).", DefaultValueFactory = _ => "text" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write data to a file instead of standard output.", HelpName = "FILE" };
    private readonly Option<int> _textLimit = new("--strlen")
    {
        Description = "The most bytes of a text, 8 to 64k; longer ones are marked.",
        HelpName = "BYTES",
        DefaultValueFactory = _ => PlanBuilder.DefaultTextLimit,
        CustomParser = ParseSize,
    };

    private readonly Option<string[]> _providers = ProviderFiles.Option();
    private readonly Option<bool> _failOnLoss = new("--fail-on-loss") { Description = "Exit with code 3 when events were lost, or hits found no room in a table." };
    private readonly Option<bool> _noColour = new("--no-color") { Description = "No colours, also on a terminal." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say which backend was chosen and why, and where probes are." };
    private readonly Option<bool> _veryVerbose = new("-vv") { Description = "Also say what is only of use to developers: verifier logs, expressions." };

    public TracingArguments()
    {
        _format.AcceptOnlyFromAmong("text", "json");
        _textLimit.Validators.Add(r => Check(
            r, r.Errors.Any() ? false : r.GetValueOrDefault<int>() is < 8 or > PlanBuilder.MaximumTextLimit, "--strlen takes 8 to 65536 bytes (64k)."));
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_where);
        command.Options.Add(_duration);
        command.Options.Add(_maximumOverhead);
        command.Options.Add(_follow);
        command.Options.Add(_backend);
        command.Options.Add(_returns);
        command.Options.Add(_format);
        command.Options.Add(_output);
        command.Options.Add(_textLimit);
        command.Options.Add(_providers);
        command.Options.Add(_failOnLoss);
        command.Options.Add(_noColour);
        command.Options.Add(_verbose);
        command.Options.Add(_veryVerbose);
    }

    public TracingRequest Read(ParseResult result, IReadOnlyList<string> probes, bool follows = false) => new()
    {
        Probes = probes,
        Where = result.GetValue(_where),
        Duration = result.GetValue(_duration),
        MaximumOverhead = result.GetValue(_maximumOverhead),
        Follow = follows || result.GetValue(_follow),
        Backend = result.GetValue(_backend),
        Returns = result.GetValue(_returns),
        Json = result.GetValue(_format) == "json",
        OutputFile = result.GetValue(_output),
        TextLimit = result.GetValue(_textLimit),
        Declarations = ProviderFiles.Read(result.GetValue(_providers)),
        FailOnLoss = result.GetValue(_failOnLoss),
        NoColour = result.GetValue(_noColour),
        Verbosity = result.GetValue(_veryVerbose) ? 2 : result.GetValue(_verbose) ? 1 : 0,
    };

    /// <summary>Parses <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>; a bare number is seconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.TrimEnd("hms".ToCharArray());
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= 0)
            return false;
        double? seconds = text[digits.Length..] switch { "ms" => number / 1000, "s" or "" => number, "m" => number * 60, "h" => number * 3600, _ => null };
        if (seconds is null or > 1e7)
            return false;
        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }

    /// <summary>Parses <c>1024</c>, <c>16k</c>.</summary>
    public static bool TryParseSize(string text, out int size)
    {
        var isKilo = text.EndsWith('k') || text.EndsWith('K');
        return int.TryParse(isKilo ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && (!isKilo || (size *= 1024) <= 1 << 20);
    }

    internal static TimeSpan? ParseDuration(ArgumentResult result)
    {
        if (TryParseDuration(result.Tokens[0].Value, out var duration))
            return duration;
        result.AddError($"'{result.Tokens[0].Value}' is not a duration; write 500ms, 10s, 5m or 1h.");
        return null;
    }

    private static double? ParsePercent(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100)
            return percent;
        result.AddError($"'{text}' is not a percentage above 0 and below 100; write 5 or 0.5.");
        return null;
    }

    private static int ParseSize(ArgumentResult result)
    {
        if (TryParseSize(result.Tokens[0].Value, out var size))
            return size;
        result.AddError($"'{result.Tokens[0].Value}' is not a size; write 1024 or 16k.");
        return 0;
    }

    internal static void Check(SymbolResult result, bool bad, string message)
    {
        if (bad)
            result.AddError(message);
    }
}
