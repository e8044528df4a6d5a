using System.Text.Json;
using Xunit;

namespace Tracer.Cli.Tests.Stacks;

/// <summary>What <c>sharptrace stacks --json</c> wrote.</summary>
internal sealed class StackRecords
{
    public List<JsonElement> Stacks { get; } = [];

    public JsonElement Summary { get; private set; }

    public static StackRecords Of(int pid, params string[] arguments)
    {
        var result = Command.Run(["stacks", $"{pid}", "--json", .. arguments]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var records = new StackRecords();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var record = JsonDocument.Parse(line).RootElement;
            if (record.GetProperty("type").GetString() == "stack")
                records.Stacks.Add(record.GetProperty("data"));
            else
                records.Summary = record.GetProperty("data");
        }

        return records;
    }

    public JsonElement Named(string name) => Assert.Single(Stacks, s => s.TryGetProperty("name", out var n) && n.GetString() == name);

    /// <summary>The Python frames of a stack as <c>file:line qualified name</c>.</summary>
    public static IEnumerable<string> Python(JsonElement stack) => Frames(stack).Where(IsPython).Select(f =>
        $"{f.GetProperty("file").GetString()}:{f.GetProperty("line").GetInt32()} {(f.TryGetProperty("qualname", out var q) ? q : f.GetProperty("function")).GetString()}");

    /// <summary>The native frames as addresses, without inlined functions; a run of Python frames as one <c>python</c>.</summary>
    public static List<string> Native(JsonElement stack)
    {
        var frames = new List<string>();
        foreach (var frame in Frames(stack))
        {
            if (IsPython(frame) && frames.LastOrDefault() != "python")
                frames.Add("python");
            else if (!IsPython(frame) && !frame.TryGetProperty("inlined", out _))
                frames.Add($"{frame.GetProperty("address").GetUInt64():x}");
        }

        return frames;
    }

    private static JsonElement.ArrayEnumerator Frames(JsonElement stack) => stack.GetProperty("frames").EnumerateArray();

    private static bool IsPython(JsonElement frame) => frame.TryGetProperty("language", out var language) && language.GetString() == "python";
}
