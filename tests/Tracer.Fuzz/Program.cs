using System.Globalization;
using Tracer.Fuzz;

const string Usage = "Usage: Tracer.Fuzz TARGET...|all [--count N] [--seed S] [--corpus DIR] [--grow] | --list";
var names = new List<string>();
var options = new FuzzOptions();
for (var k = 0; k < args.Length; k++)
{
    var value = k + 1 < args.Length ? args[k + 1] : "";
    switch (args[k])
    {
        case "--count" when int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count >= 0:
            options = options with { Count = count };
            k++;
            break;
        case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed):
            options = options with { Seed = seed };
            k++;
            break;
        case "--corpus" when value.Length > 0:
            options = options with { Directory = value };
            k++;
            break;
        case "--grow":
            options = options with { Grows = true };
            break;
        case "--list":
            Console.WriteLine(string.Join('\n', FuzzTargets.All.Select(t => t.Name)));
            return 0;
        case var name when !name.StartsWith('-'):
            names.Add(name);
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

var targets = names.Contains("all") ? FuzzTargets.All : [.. FuzzTargets.All.Where(t => names.Contains(t.Name))];
if (targets.Count == 0)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

Console.WriteLine($"{"target",-18} {"corpus",7} {"mutated",9} {"outcomes",9} {"kept",5} {"inputs/s",9} {"slowest",9} findings");
var findings = 0;
foreach (var target in targets)
{
    var result = Fuzzer.Run(target, options);
    var rate = (result.Replayed + result.Mutated) / Math.Max(result.Elapsed.TotalSeconds, 0.001);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Target,-18} {result.Replayed,7} {result.Mutated,9} {result.Outcomes,9} {result.Kept,5} {rate,9:f0} {result.Slowest.TotalMilliseconds,6:f0} ms {result.Findings.Count}"));
    foreach (var finding in result.Findings)
        Console.Error.WriteLine($"{finding.Target}: {finding.Kind} with {finding.Input.Length} bytes: {finding.Message}");
    findings += result.Findings.Count;
}

return findings == 0 ? 0 : 1;
