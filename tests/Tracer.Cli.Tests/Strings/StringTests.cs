using System.Globalization;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Strings;

/// <summary>Texts that are easy to get wrong: long, not UTF-8, in pages that are not in memory, running into unmapped pages, bad addresses.</summary>
public sealed class StringTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(BackendChoice.Ebpf, 16 * 1024)]
    [InlineData(BackendChoice.Ebpf, 1024)]
    [InlineData(BackendChoice.Ebpf, 8)]
    [InlineData(BackendChoice.Ptrace, 16 * 1024)]
    [InlineData(BackendChoice.Ptrace, 1024)]
    [InlineData(BackendChoice.Ptrace, 8)]
    public async Task Every_text_is_whole_marked_truncated_or_unreadable(BackendChoice backend, int limit)
    {
        using var target = LiveTarget.Start(Repository.Fixture("strings/strings"), []);
        target.ReadLine(Patience);
        var options = new TraceOptions { Probes = ["strings:text(_, string)"], Backend = backend, TextLimit = limit };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        var expected = new List<string>();
        while (target.ReadLine(Patience) is { } line && line != "done events=18")
            expected.Add(Expected(line.Split('\t'), limit));
        await session.StopAsync();
        var seen = new List<string>();
        await foreach (var e in session.Events)
            seen.Add($"{e.Values[0]} {Shown(e.Values[1])}");
        Assert.Equal(18, expected.Count);
        Assert.Equal(expected, seen);
    }

    // index, name, kind, length, bytes in hex
    private static string Expected(string[] fields, int limit)
    {
        var bytes = Convert.FromHexString(fields[5]);
        Assert.Equal(bytes.Length, int.Parse(fields[4], CultureInfo.InvariantCulture));
        var shown = fields[3] switch
        {
            // A text that reaches the limit before the unmapped page is truncated like any other.
            "text" or "partial" when bytes.Length > limit => "cut " + TextDecoder.Decode(bytes.AsSpan(0, limit), Charset.Utf8, truncated: true),
            "text" => "whole " + TextDecoder.Decode(bytes, Charset.Utf8, truncated: false),
            _ => "unreadable",
        };
        return $"{fields[1]} {shown}";
    }

    private static string Shown(TraceValue value) => value.Status switch
    {
        EvaluationStatus.Ok => "whole " + value.Text,
        EvaluationStatus.Truncated => "cut " + value.Text,
        EvaluationStatus.Fault => "unreadable",
        _ => value.ToString(),
    };
}
