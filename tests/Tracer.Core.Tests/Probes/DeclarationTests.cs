using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Targets;
using Xunit;

namespace Tracer.Core.Tests.Probes;

/// <summary>Provider definitions: what they say, and what is refused.</summary>
public sealed class DeclarationTests
{
    private static readonly TargetModule Module = new("/app", "/app", 0);

    [Theory]
    [InlineData("char *method", "method: string")]
    [InlineData("const char *", "arg0: string")]
    [InlineData("string name", "name: string")]
    [InlineData("char **argv", "argv: uint64")]
    [InlineData("struct conn *c", "c: uint64")]
    [InlineData("struct conn *", "arg0: uint64")]
    [InlineData("void *", "arg0: uint64")]
    [InlineData("int", "arg0: int32")]
    [InlineData("unsigned long int count", "count: uint64")]
    [InlineData("unsigned", "arg0: uint32")]
    [InlineData("short x", "x: int16")]
    [InlineData("uint8_t", "arg0: uint8")]
    [InlineData("size_t length", "length: uint64")]
    [InlineData("double d", "d: double")]
    [InlineData("LocalTransactionId id", "id: int64")]
    [InlineData("LocalTransactionId", "arg0: int64")]
    [InlineData("enum kind k", "k: int64")]
    public void A_parameter_has_the_name_and_type_that_are_declared(string declared, string expected) =>
        Assert.Equal(expected, Apply($"provider app {{ probe one({declared}); }};", "one", 1).Parameters[0].ToString());

    [Fact]
    public void Definitions_of_projects_are_read()
    {
        const string Text = """
            /* A comment with provider words { } */
            #include <sys/types.h>
            typedef struct { int a; } thing_t;
            #pragma D attributes Evolving/Evolving/Common provider app provider
            provider app {
                // fires first
                probe one__start(char *name, thing_t *t, int);
                probe two(conn_t *c) : (conninfo_t *ci);
                probe none();
                probe nothing(void);
            };

            provider other { probe one__start(int fd); };
            """;
        Assert.True(ProviderDeclarations.TryParse(Text, out var all, out var error), error);
        Assert.Equal(5, all.Count);
        Assert.Equal("app:one__start(name: string, t: uint64, arg2: int32, arg3: int64)", Apply(Text, "one__start", 4).ToString());
        Assert.Equal("app:two(c: uint64)", Apply(Text, "two", 1).ToString());
        Assert.Equal("app:none(arg0: int64)", Apply(Text, "none", 1).ToString());
        Assert.Equal("app:unknown(arg0: int64)", Apply(Text, "unknown", 1).ToString());
    }

    [Theory]
    [InlineData("provider { probe one(int); };", "Line 1: a provider has a name and its probes in braces.")]
    [InlineData("provider app {\n probe one(int);\n probe (int); };", "Line 3: a probe has a name and its parameters in parentheses.")]
    [InlineData("provider app {\n probe one(int;\n};", "Line 2: the parameters of a probe end with a parenthesis.")]
    [InlineData("provider app { probe one(int) }", "Line 1: a probe ends with a semicolon.")]
    [InlineData("provider app { probe one(int); int x; };", "Line 1: a provider has probes and ends with a brace.")]
    [InlineData("provider app { probe one(,); };", "Line 1: a parameter has a type.")]
    [InlineData("provider app {\n probe one(int $);", "Line 2: '$' is not expected here.")]
    public void An_error_is_told_with_its_line(string text, string expected)
    {
        Assert.False(ProviderDeclarations.TryParse(text, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void What_a_file_says_replaces_what_is_known()
    {
        Assert.True(ProviderDeclarations.TryParse("provider postgresql { probe query__start(int number); };", out var own, out _));
        var both = own.Over(ProviderDeclarations.BuiltIn);
        Assert.Equal(ProviderDeclarations.BuiltIn.Count, both.Count);
        Assert.Equal("postgresql:query__start(number: int32)", both.Apply(Note("postgresql", "query__start", 1)).ToString());
        Assert.Equal("postgresql:query__start(query: string)", ProviderDeclarations.BuiltIn.Apply(Note("postgresql", "query__start", 1)).ToString());
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        const string Seed = "provider app { probe one(char *a, struct x *b, unsigned long); /* c */ probe two() : (int); };\n#d\n";
        var random = new Random(9);
        for (var k = 0; k < 20_000; k++)
        {
            var text = Seed.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                text[random.Next(text.Length)] = Seed[random.Next(Seed.Length)];
            var read = ProviderDeclarations.TryParse(new string(text), out var declarations, out var error);
            Assert.Equal(read, declarations is not null);
            Assert.Equal(read, error is null);
        }

        Assert.True(ProviderDeclarations.TryParse(string.Concat(Enumerable.Repeat("/*", 400_000)), out _, out _));
        Assert.False(ProviderDeclarations.TryParse(new string(' ', (1 << 20) + 1), out _, out _));
    }

    private static Probe Apply(string text, string probe, int arguments)
    {
        Assert.True(ProviderDeclarations.TryParse(text, out var declarations, out var error), error);
        return declarations.Apply(Note("app", probe, arguments));
    }

    private static Probe Note(string provider, string name, int arguments) => new(
        provider, name, Module, ProbeSource.Usdt, [.. Enumerable.Range(0, arguments).Select(k => new ProbeParameter($"arg{k}", IntegerType.Int64))],
        [new ProbeSite(new CodeLocation(Module, 0, 0), new ExpressionList([.. Enumerable.Range(0, arguments).Select(k => Build.Constant((ulong)k, IntegerType.Int64))]))]);
}
