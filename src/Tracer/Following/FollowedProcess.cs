using Tracer.Core.Diagnostics;
using Tracer.Core.Pictures;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Following;

/// <summary>A process of a family between two programs that it executes: which image it has, and what its events are read with.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Since">When it became what it is, CLOCK_MONOTONIC nanoseconds.</param>
internal sealed record FollowedProcess(int ProcessId, ulong Since) : IDisposable
{
    private TargetProcess? _target;
    private FollowedProcess? _origin;
    private ProcessReaders? _readers;

    /// <summary>Its image; null for none.</summary>
    public FollowedImage? Image { get; set; }

    /// <summary>The files it had mapped executable when it was last looked at.</summary>
    public MappedFiles? Mapped { get; set; }

    /// <summary>Whether it has exited or executed another program.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether others need the files that it was found to have mapped.</summary>
    public bool IsNeeded { get; set; }

    /// <summary>What it was found to be; null as long as it was not looked at.</summary>
    public TargetProcess? Target => _target ?? _origin?.Target;

    /// <summary>A child that was forked: until it is looked at itself, its files lie where its parent's do.</summary>
    public FollowedProcess Fork(int childId, ulong since)
    {
        IsNeeded |= _target is not null;
        return new(childId, since) { Image = Image, Mapped = Mapped, _origin = _target is null ? _origin : this };
    }

    /// <summary>It was looked at.</summary>
    public void Become(TargetProcess target)
    {
        // The files of what it was stay open: plans are armed in them.
        if (_target is not null)
            target.Own(_target);
        _target = target;
        _readers = null;
    }

    /// <summary>What reads its events; null when it was gone before it was looked at.</summary>
    public ProcessReaders? Readers(ISystemCallGate gate, TargetOpener opener)
    {
        if (_readers is not null)
            return _readers;
        if (Target is null && !IsOver)
            _target = TryOpen(opener);
        if (Target is not { } target)
            return null;
        if (_target is null)
        {
            // Its own memory, and its parent's files.
            var memory = ProcessMemory.Hold(gate, ProcessId);
            _target = new TargetProcess(ProcessId, IsOver ? NoMemory.Instance : new ProcessTargetMemory(memory), target.Modules, [memory], target.Vdso);
        }

        return _readers = new ProcessReaders(new StackNames(gate, _target), new PictureReaders(_target.Memory));
    }

    /// <summary>Readers for events of which nothing is known any more: they have addresses and no names.</summary>
    public static ProcessReaders NoReaders(ISystemCallGate gate) => new(new StackNames(gate, new TargetProcess(0, NoMemory.Instance, [])), new PictureReaders(NoMemory.Instance));

    private TargetProcess? TryOpen(TargetOpener opener)
    {
        try
        {
            return opener.Open(ProcessId, holdsMemory: true);
        }
        catch (TracerException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _readers?.Stacks.Dispose();
        _target?.Dispose();
    }

    // Of a process that is gone before its memory was held.
    private sealed class NoMemory : ITargetMemory
    {
        public static readonly NoMemory Instance = new();

        public int Read(ulong address, Span<byte> destination) => 0;
    }
}
