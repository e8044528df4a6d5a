using Tracer.Elf.Demangling;
using Xunit;

namespace Tracer.Elf.Tests.Demangling;

/// <summary>All C++ symbols of big libraries against binutils' c++filt.</summary>
public sealed class CxxFiltTests
{
    public static TheoryData<string> Files() =>
    [
        "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libLLVM-15.so.1", "/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1",
        "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", "/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so", "/usr/bin/gdb", "/usr/bin/bpftrace",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Names_are_those_of_cxxfilt(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"There is no {path}.");
        Assert.SkipUnless(File.Exists("/usr/bin/c++filt"), "binutils is not installed.");
        var names = Symbols.Mangled(path, "_Z");
        Assert.SkipWhen(names.Count == 0, $"{path} has no C++ symbols.");
        var expected = Symbols.Filtered(names, "-i");
        Assert.Equal(names.Count, expected.Count);
        int compared = 0;
        var different = new List<string>();
        for (int i = 0; i < names.Count; i++)
        {
            // What c++filt leaves as it is (beyond its recursion limit) is no oracle.
            if (expected[i] == names[i])
                continue;
            compared++;
            string actual = Demangler.Demangle(names[i]);
            if (actual != expected[i])
                different.Add($"{names[i]}\n  ours    {actual}\n  c++filt {expected[i]}");
        }
        string report = $"{path}: {different.Count} of {compared} differ\n{string.Join('\n', different.OrderBy(d => d.Length).Take(40))}";
        TestContext.Current.TestOutputHelper!.WriteLine(report);
        Assert.True(different.Count <= compared / 100, report);
    }
}
