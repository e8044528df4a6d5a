using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Elf;
using Xunit;

namespace Tracer.Core.Tests.Plans;

public sealed class PlannedValueTests
{
    [Fact]
    public void What_is_said_of_the_value_comes_before_what_a_backend_lacks()
    {
        var storage = Build.LoadPointer(Build.Register(X64Register.FsBase));
        var sometimes = Build.If(Build.EqualTo(storage, 0), new UnavailableExpression(IntegerType.UInt64, "there is none"), storage);
        Assert.Equal("there is none", new PlannedValue("a", sometimes).UnavailableReason);
        Assert.Contains("thread-local storage", new PlannedValue("b", storage).UnavailableReason);
        Assert.Equal("not at this site", new PlannedValue("c", Build.Constant(1)).UnavailableReason);
    }
}
