using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// A process that makes system calls in this one's stead. It shares this process's memory and descriptors (CLONE_VM, CLONE_FILES), so that calls need no translation and what they open is ours too; but
/// it has another id, session and name, so that signals to us are none to it. When this process has ended it closes all that is open, by ending, with no signal pending. Not safe for concurrent use.
/// </summary>
internal sealed unsafe class KeeperProcess : IDisposable
{
    private static readonly LinuxSystemCalls Gate = LinuxSystemCalls.Instance;

    private readonly KeeperArea* _area;
    private readonly OwnedDescriptor _request;
    private readonly OwnedDescriptor _reply;
    private readonly OwnedDescriptor _process;

    private KeeperProcess(KeeperArea* area, OwnedDescriptor request, OwnedDescriptor reply)
    {
        _area = area;
        _request = request;
        _reply = reply;
        _process = new OwnedDescriptor(Gate, area->Process, "a keeper");
    }

    /// <summary>Starts one; null where that is not possible. <paramref name="code"/> is <see cref="KeeperCode"/>, <paramref name="self"/> the pidfd of this process; both outlive it.</summary>
    public static KeeperProcess? Start(ExecutableCode code, OwnedDescriptor self)
    {
        if (!Gate.CreateEvent("requests to a keeper").TryGet(out var request, out _)) return null;
        if (!Gate.CreateEvent("a keeper's results").TryGet(out var reply, out _))
        {
            request.Dispose();
            return null;
        }

        var area = (KeeperArea*)NativeMemory.AlignedAlloc(KeeperArea.Size, 16);
        new Span<byte>(area, KeeperArea.Size).Clear();
        area->Request = new PollEntry(request.Number, PollEvents.Readable);
        area->End = new PollEntry(self.Number, PollEvents.Readable);
        area->Reply = reply.Number;
        area->One = 1;
        "st-keeper"u8.CopyTo(new Span<byte>(area->Name, 16));
        if (((delegate* unmanaged<nint, int>)code.Address)((nint)area) > 0) return new KeeperProcess(area, request, reply);
        NativeMemory.AlignedFree(area);
        request.Dispose();
        reply.Dispose();
        return null;
    }

    /// <summary>Has it make a call; false when it has ended, with the call made or not.</summary>
    public bool TryInvoke(nint number, ReadOnlySpan<nint> arguments, out nint result)
    {
        _area->Number = number;
        for (var k = 0; k < arguments.Length; k++) _area->Arguments[k] = arguments[k];
        Gate.SignalEvent(_request);
        var hasAnswer = HasAnswer();
        result = Volatile.Read(ref _area->Result);
        return hasAnswer;
    }

    /// <summary>Ends it, and waits until it has ended.</summary>
    public void Dispose()
    {
        _area->Number = -1;
        Gate.SignalEvent(_request);
        Bury();
        _process.Dispose();
        _request.Dispose();
        _reply.Dispose();
        NativeMemory.AlignedFree(_area);
    }

    // By its descriptor: whoever else waits for all children of this process may have been told of its end already, and its id be another's.
    private void Bury()
    {
        const int ByDescriptor = 3; // P_PIDFD, Linux 5.4
        const int Exited = 4;
        SystemCallResult result;
        do result = new(Gate.Invoke(SystemCall.WaitId, ByDescriptor, _process.Number, 0, Exited | (nint)(int)WaitOptions.All));
        while (result.Error == Errno.EINTR);
    }

    private bool HasAnswer()
    {
        Span<PollEntry> entries = [new(_reply.Number, PollEvents.Readable), new(_process.Number, PollEvents.Readable)];
        while (true)
        {
            Gate.Poll(entries, -1);
            if (Gate.ClearEvent(_reply).IsSuccess) return true;
            if (entries[1].Ready != PollEvents.None) return false;
        }
    }
}
