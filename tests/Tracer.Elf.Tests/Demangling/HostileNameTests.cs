using System.Diagnostics;
using Tracer.Elf.Demangling;
using Xunit;

namespace Tracer.Elf.Tests.Demangling;

/// <summary>Names that are meant to do harm: nothing is thrown, what is written and allocated is bounded.</summary>
public sealed class HostileNameTests
{
    [Fact]
    public void Mutations_of_real_names_are_survived()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
        Assert.SkipUnless(File.Exists(Library), "There is no " + Library);
        var names = Symbols.Mangled(Library, "_Z");
        names.AddRange(["_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtB2_5Trait3foo", "_RINvC1a1bFG_RL0_hEuE", "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"]);
        const string Letters = "_ZNSTIJELXDKPRFA0123456789abcdefghijklmnopqrstuvwxyzCMQBGU.$";
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            char[] name = names[random.Next(names.Count)].ToCharArray();
            for (int n = random.Next(1, 5); n > 0; n--)
                name[random.Next(2, name.Length)] = Letters[random.Next(Letters.Length)];
            Use(new string(name));
            Use(new string(name, 0, random.Next(2, name.Length)));
        }
    }

    public static TheoryData<string> Bombs() =>
    [
        "_Z" + new string('P', 30_000),
        "_Z1f" + new string('P', 30_000) + "i",
        "_Z1f" + string.Concat(Enumerable.Repeat("1aI", 5_000)),
        "_Z" + string.Concat(Enumerable.Repeat("N1a", 5_000)),
        // Every substitution doubles the one before.
        "_Z1f1aI1bS_E" + string.Concat(Enumerable.Range(1, 30).Select(i => $"1aIS{Base36(i)}_S{Base36(i)}_E")),
        "_Z1fF" + string.Concat(Enumerable.Range(0, 35).Select(i => $"PFS{Base36(i)}_S{Base36(i)}_E")),
        "_Z1fIJ" + string.Concat(Enumerable.Repeat("i", 9_000)) + "EEvDpDpDpDpT_",
        "_Z1fIXsr" + string.Concat(Enumerable.Repeat("sr", 9_000)),
        "_ZZZZZZZZZZ" + new string('Z', 10_000),
        "_R" + new string('N', 30_000),
        "_RINvC1a1b" + string.Concat(Enumerable.Repeat("T", 5_000)),
        "_RINvC1a1bTT" + string.Concat(Enumerable.Repeat("hE", 1)) + string.Concat(Enumerable.Range(0, 200).Select(_ => "TB8_B8_E")) + "E",
        "_RNvC1au30000_" + new string('9', 30_000),
        "_ZN" + new string('9', 30_000),
    ];

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_do_not_go_off(string name) => Use(name);

    private static void Use(string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        _ = Demangler.Demangle(name);
        _ = Demangler.Demangle(name, withParameters: false);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2), name[..Math.Min(100, name.Length)]);
    }

    private static string Base36(int value) => value == 0 ? "" : "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value - 1].ToString();
}
