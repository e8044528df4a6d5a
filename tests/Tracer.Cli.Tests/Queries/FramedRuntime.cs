using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Cli.Tests.Queries;

/// <summary>
/// Gives the fixture's function <c>work</c> a probe that fires where it is left and follows its frames, as synthesised returns do: the entry's note saves
/// the stack pointer, which is the same at the return's note.
/// </summary>
internal sealed class FramedRuntime : IRuntime
{
    public string Name => "framed";

    public IRuntimeModule? Recognise(TargetModule module) => module.Name == "aggregate" ? new Module() : null;

    private sealed class Module : IRuntimeModule
    {
        public string Description => "frames of work";

        public IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes)
        {
            var (store, stack) = (new FrameStore("frames of work", 1), Build.Register(X64Register.Rsp));
            var entries = notes.Single(p => p.Name == "work__entry").Sites;
            var returns = notes.Single(p => p.Name == "work__return");
            return
            [
                .. notes.Select(n => new ProbeFamily(n)), new(returns with
                {
                    Provider = "framed",
                    Name = "work",
                    Source = ProbeSource.Synthesised,
                    Sites = [.. returns.Sites.Select(s => s with { Restore = new FrameRestore(store, stack) })],
                    Companions = [.. entries.Select(s => new CompanionSite(s.Location, new FrameSave(store, stack, new ExpressionList(stack))))],
                }),
            ];
        }
    }
}
