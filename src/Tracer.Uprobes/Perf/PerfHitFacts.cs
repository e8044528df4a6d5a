using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>What is known of a sample's hit. One object serves all hits.</summary>
internal sealed class PerfHitFacts(ISystemCallGate gate, int processId, bool copiesStacks) : IHitFacts
{
    private readonly ProcFs _proc = new(gate);
    private PerfThread? _thread;
    private HitIdentity _identity;
    private byte[] _stack = [];
    private int _stackLength;

    public ReadOnlySpan<byte> Comm => _thread is null ? default : _thread.Name;

    public bool HasStack { get; private set; }

    public ReadOnlySpan<byte> Stack => _stack.AsSpan(0, _stackLength);

    /// <summary>From now on tells of this hit.</summary>
    public void MoveTo(PerfThread thread, in PerfRecord sample)
    {
        (_thread, _identity) = (thread, new HitIdentity(processId, thread.ThreadId, sample.Cpu, sample.Time));
        if (!copiesStacks)
            return;
        HasStack = true;
        var stack = sample.Stack;
        if (_stack.Length < stack.Length)
            _stack = new byte[stack.Length];
        stack.CopyTo(_stack);
        _stackLength = stack.Length;
    }

    public bool TryGet(BuiltInValue value, out ulong number)
    {
        if (_identity.TryGet(value, out number))
            return true;
        // How long the thread has run is not asked of /proc: it would be a later time's answer.
        return StatusFacts.Has(value) && StatusFacts.TryGet(value, _thread!.Status(_proc, _identity.Time), out number);
    }
}
