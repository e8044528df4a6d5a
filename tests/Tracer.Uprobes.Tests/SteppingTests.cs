using Tracer.Linux;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes.Tests;

/// <summary>How an instruction is carried out under a uprobe, and that the price of it is measured.</summary>
[Collection("descriptors")]
public class SteppingTests
{
    [Theory]
    [InlineData("90", SteppingKind.Emulated)]
    [InlineData("55", SteppingKind.Emulated)]
    [InlineData("4157", SteppingKind.Emulated)]
    [InlineData("e8", SteppingKind.Emulated)]
    [InlineData("eb", SteppingKind.Emulated)]
    [InlineData("7405", SteppingKind.Emulated)]
    [InlineData("0f84", SteppingKind.Emulated)]
    [InlineData("0f1f", SteppingKind.LongNop)]
    [InlineData("f30f1efa", SteppingKind.Stepped)]
    [InlineData("4889e5", SteppingKind.Stepped)]
    [InlineData("c3", SteppingKind.Stepped)]
    [InlineData("4158", SteppingKind.Stepped)]
    [InlineData("", SteppingKind.Stepped)]
    internal void Instructions_have_their_kind(string code, SteppingKind kind) => Assert.Equal(kind, Stepping.KindOf(Convert.FromHexString(code)));

    [Fact]
    public void Every_kind_has_a_price_and_stepping_the_highest()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var gate = LinuxSystemCalls.Instance;
        var support = new EbpfSupport(gate, new KernelInterface());
        var open = OwnedDescriptor.OpenCount;
        var price = HitPrice.Measure(gate, code => support.Definition(code, "st_test"));
        TestContext.Current.TestOutputHelper?.WriteLine(price.ToString());
        // A trap takes more than a tenth of a microsecond on any machine.
        Assert.True(price is { Emulated: > 100, LongNop: > 100 }, price.ToString());
        Assert.True(price.Stepped > price.Emulated, price.ToString());
        Assert.Equal(open, OwnedDescriptor.OpenCount);
    }
}
