using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>What is prepared is not opened again, and named as it would have been.</summary>
public sealed class PreparedSymbolTests
{
    [Fact]
    public void A_prepared_symboliser_opens_nothing_more_for_its_modules()
    {
        var gate = FakeKernel.OverLiveKernel();
        using var target = new TargetOpener(LinuxSystemCalls.Instance).Open(Environment.ProcessId);
        using var prepared = new Symboliser(gate, target);
        using var plain = new Symboliser(LinuxSystemCalls.Instance, target);
        prepared.Prepare([]);
        var opened = gate.CountOf(SystemCall.OpenAt);
        Assert.True(opened > 0);
        var asked = 0;
        foreach (var module in target.Code.Modules)
        {
            if (!module.Image.TryFindSection(".text", out var text))
                continue;
            var address = AddressMap.ToRuntime(text.Address + (text.Size / 2), module.LoadBias);
            Assert.Equal(plain.Resolve(address), prepared.Resolve(address));
            asked++;
        }

        Assert.True(asked > 0);
        Assert.Equal(opened, gate.CountOf(SystemCall.OpenAt));
    }
}
