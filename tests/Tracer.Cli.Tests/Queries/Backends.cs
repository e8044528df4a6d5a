using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>The backends that carry out queries: what one counts, the others count.</summary>
public static class Backends
{
    public static TheoryData<BackendChoice> All => [BackendChoice.Ebpf, BackendChoice.Perf, BackendChoice.Ptrace];
}
