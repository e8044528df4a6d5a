using Tracer.Elf.Demangling;
using Xunit;

namespace Tracer.Elf.Tests.Demangling;

/// <summary>Names of Rust: examples, and all symbols of Rust's own libraries against c++filt.</summary>
public sealed class RustTests
{
    [Theory]
    // Legacy (rustc's symbol_names/legacy.rs).
    [InlineData("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt")]
    [InlineData("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE", "<Test + 'static as foo::Bar<Test>>::bar")]
    [InlineData("_ZN4main4main17he714a2e23ed7db23E.llvm.123", "main::main")]
    [InlineData("_ZN9backtrace3foo17hbb467fcdaea5d79bE.llvm.A5310EB9", "backtrace::foo")]
    [InlineData("_ZN3foo17h05af221e174051e9E", "foo")]
    // v0 (the rustc book, "v0 Symbol Format"; RFC 2603).
    [InlineData("_RNvC6_123foo3bar", "123foo::bar")]
    [InlineData("_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function")]
    [InlineData("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo", "<mycrate::Example>::foo")]
    [InlineData("_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtB2_5Trait3foo", "<mycrate::Example as mycrate::Trait>::foo")]
    [InlineData("_RNCNvCsgStHSCytQ6I_7mycrate4main0B3_", "mycrate::main::{closure#0}")]
    [InlineData("_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}")]
    [InlineData("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>")]
    [InlineData("_RNvMC0INtC8arrayvec8ArrayVechKj7b_E3new", "<arrayvec::ArrayVec<u8, 123>>::new")]
    [InlineData("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y", "utf8_idents::საჭმელად_გემრიელი_სადილი")]
    [InlineData("_RINvC1a1bFG_RL0_hEuE", "a::b::<for<'a> fn(&'a u8)>")]
    [InlineData("_RINvC1a1bDNtC1c1Tp4ItemhEL_E", "a::b::<dyn c::T<Item = u8>>")]
    [InlineData("_RINvC1a1bFUKCEuE", "a::b::<unsafe extern \"C\" fn()>")]
    [InlineData("_RINvC1a1bThETEE", "a::b::<(u8,), ()>")]
    [InlineData("_RINvC1a1bKb1_Kln5_Kc61_E", "a::b::<true, -5, 'a'>")]
    public void Examples(string symbol, string expected) => Assert.Equal(expected, Demangler.Demangle(symbol));

    [Theory]
    [InlineData("_R")]
    [InlineData("_RNvC6_123foo")]             // breaks off
    [InlineData("_RB_")]                      // refers to itself
    [InlineData("_RNvB_1a")]
    [InlineData("_RINvC1a1bFG_RL1_hEuE")]     // no such lifetime
    [InlineData("_RNvC99999999999999999999a")]
    [InlineData("_ZN3foo17h05af221e17405Xe9E")]
    public void Others_are_no_names_of_rust(string symbol) => Assert.Equal(symbol[1] == 'Z' ? "foo::h05af221e17405Xe9" : symbol, Demangler.Demangle(symbol));

    [Theory]
    [InlineData("lib/rustlib/x86_64-unknown-linux-gnu/lib", "libstd-*.so")]
    [InlineData("lib", "librustc_driver-*.so")]
    public void Names_are_those_of_cxxfilt(string folder, string pattern)
    {
        string toolchains = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".rustup/toolchains");
        Assert.SkipUnless(Directory.Exists(toolchains), "There is no ~/.rustup/toolchains.");
        string? path = Directory.EnumerateDirectories(toolchains).Order().Select(t => Path.Combine(t, folder)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, pattern)).FirstOrDefault();
        Assert.SkipWhen(path is null, $"No {pattern} is installed.");
        var names = Symbols.Mangled(path, "_R").Concat(Symbols.Mangled(path, "_ZN").Where(name => name.Contains("17h"))).Take(100_000).ToList();
        Assert.SkipWhen(names.Count == 0, $"{path} has no symbols of Rust.");
        var expected = Symbols.Filtered(names, "-i");
        int compared = 0;
        var different = new List<string>();
        for (int i = 0; i < names.Count; i++)
        {
            if (expected[i] == names[i])
                continue;
            compared++;
            string actual = Demangler.Demangle(names[i]);
            if (actual != expected[i])
                different.Add($"{names[i]}\n  ours    {actual}\n  c++filt {expected[i]}");
        }
        string report = $"{path}: {different.Count} of {compared} differ ({names.Count} names)\n{string.Join('\n', different.OrderBy(d => d.Length).Take(20))}";
        TestContext.Current.TestOutputHelper!.WriteLine(report);
        Assert.True(different.Count <= compared / 100, report);
    }
}
