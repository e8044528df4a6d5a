using System.Globalization;
using Xunit;

namespace Tracer.Fuzz.Tests;

/// <summary>
/// Every reader of foreign bytes over its complete corpus and a bounded number of mutations with a fixed seed; a longer run is <c>bench/fuzz</c>.
/// </summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Names() => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_throws_hangs_or_takes_memory_out_of_proportion(string name)
    {
        var target = FuzzTargets.Named(name);
        var result = Fuzzer.Run(target, new FuzzOptions { Saves = false });
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{result.Replayed} of the corpus, {result.Mutated} mutated, {result.Outcomes} outcomes, {result.Elapsed.TotalSeconds:f1} s"));
        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings.Select(f => $"{f.Kind}: {f.Message}\n{Convert.ToHexString(f.Input)}")));
        Assert.Equal(target.Count, result.Mutated);
        // A target that says the same of every input would find nothing.
        Assert.True(result.Outcomes > 3, $"only {result.Outcomes} outcomes");
    }

    [Fact]
    public void The_fuzzer_finds_what_throws_takes_too_long_and_takes_too_much_and_finds_it_again()
    {
        string[] First() => [.. Fuzzer.Run(new Fragile(), new FuzzOptions { Saves = false, Slow = TimeSpan.FromMilliseconds(20) }).Findings.Select(f => $"{f.Kind} {Convert.ToHexString(f.Input)}").Order(StringComparer.Ordinal)];
        var found = First();
        Assert.Equal(["allocation", "exception", "slow"], found.Select(f => f.Split(' ')[0]));
        Assert.Equal(found, First());
    }

    [Fact]
    public void What_was_found_is_kept_and_replayed()
    {
        var folder = Directory.CreateTempSubdirectory("sharptrace-fuzz").FullName;
        try
        {
            var options = new FuzzOptions { Directory = folder, Slow = TimeSpan.FromMilliseconds(20) };
            var found = Fuzzer.Run(new Fragile(), options).Findings.Count;
            Assert.Equal(found, Corpus.Read(new Fragile(), folder).Count(i => i.Name.StartsWith("regression-", StringComparison.Ordinal)));
            Assert.Equal(found, Fuzzer.Run(new Fragile(), options with { Count = 0, Saves = false }).Findings.Count);
            Fuzzer.Run(new Fragile(), options with { Grows = true });
            Assert.Contains(Corpus.Read(new Fragile(), folder), i => i.Name.StartsWith("new-", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_corpus_is_small_and_belongs_to_targets()
    {
        var files = new DirectoryInfo(Corpus.Directory).GetFiles("*", SearchOption.AllDirectories);
        Assert.InRange(files.Sum(f => f.Length), 10_000, 1 << 20);
        Assert.Empty(new DirectoryInfo(Corpus.Directory).GetDirectories().Select(d => d.Name).Except(FuzzTargets.All.Select(t => t.Name)));
    }

    private sealed class Fragile : FuzzTarget
    {
        public override string Name => "fragile";

        public override int Count => 20_000;

        public override IEnumerable<byte[]> Seeds => [[1, 2, 3]];

        public override void Run(byte[] input, Outcome outcome)
        {
            if (input.Length < 2)
                return;
            outcome.Add(input[0].ToString(CultureInfo.InvariantCulture));
            switch (input[0])
            {
                case 10:
                    throw new InvalidOperationException("ten");
                case 20:
                    Thread.Sleep(50);
                    break;
                case 30:
                    GC.KeepAlive(new byte[8 << 20]);
                    break;
            }
        }
    }
}
