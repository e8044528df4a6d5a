using CsCheck;
using Tracer.Core.Probes;
using Xunit;

namespace Tracer.Core.Tests.Probes;

/// <summary>The spellings of probes on native code.</summary>
public sealed class NativeProbeSpecTests
{
    [Theory]
    [InlineData("uprobe:libc:malloc", "libc", "malloc")]
    [InlineData("uprobe::malloc", "*", "malloc")]
    [InlineData("uprobe:*:mem*", "*", "mem*")]
    [InlineData("uprobe:/usr/lib/libx.so:f", "/usr/lib/libx.so", "f")]
    [InlineData("pid:libc:malloc:entry", "libc", "malloc")]
    [InlineData("pid123:libc.so.6:malloc:entry", "libc.so.6", "malloc")]
    [InlineData("pid$target::malloc:entry", "*", "malloc")]
    [InlineData("pid:a.out:ns::type::f:entry", "a.out", "ns::type::f")]
    [InlineData("uprobe:app:ns::type::f", "app", "ns::type::f")]
    [InlineData("uprobe:app:main+16", "app", "main+0x10")]
    [InlineData("uprobe:app:main+0x1F", "app", "main+0x1f")]
    [InlineData("pid1:app:main:1f", "app", "main+0x1f")]
    [InlineData("uprobe:app:operator+", "app", "operator+")]
    [InlineData("uprobe:app:0x401136", "app", "0x401136")]
    [InlineData("pid1:app:-:401136", "app", "0x401136")]
    [InlineData("uprobe:app:main.c:42", "app", "main.c:42")]
    [InlineData("uprobe:app:src/main.c:42", "app", "src/main.c:42")]
    [InlineData("uprobe:libc:malloc(uint64)", "libc", "malloc")]
    public void A_place_is_parsed_in_every_spelling(string text, string module, string place)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out var error), error);
        Assert.NotNull(spec.Native);
        Assert.Equal((module, place, false), (spec.Module, spec.Native.Place.ToString(), spec.Native.IsReturn));
    }

    [Theory]
    [InlineData("uretprobe:libc:malloc")]
    [InlineData("pid1:libc:malloc:return")]
    public void A_return_is_told_apart(string text)
    {
        Assert.True(ProbeSpec.TryParse(text, out var spec, out _));
        Assert.True(spec.Native is { IsReturn: true, Place: FunctionPlace { Function: "malloc", Offset: 0 } });
    }

    [Fact]
    public void Other_providers_are_not_taken_for_native_code()
    {
        foreach (var text in new[] { "python:function__entry", "pidgin:::x", "uprobes:f", "uprobe1:f" })
        {
            Assert.True(ProbeSpec.TryParse(text, out var spec, out _));
            Assert.Null(spec.Native);
        }
    }

    [Fact]
    public void Parsing_never_throws_and_explains_what_it_refuses()
    {
        var piece = Gen.OneOf(
            Gen.OneOf("uprobe", "uretprobe", "pid", "pid1", "pid$target", ":", "::", "+", "0x", "(", ")", "*", "?", "main", ".c", "operator", "entry", "return", "-", ",", "string"),
            Gen.String[Gen.Char, 0, 4]);
        piece.Array[0, 8].Select(string.Concat).Sample(text =>
        {
            var parsed = ProbeSpec.TryParse(text, out var spec, out var error);
            return parsed ? spec is not null && error is null : error!.EndsWith('.');
        });
    }
}
