namespace Tracer.Linux;

/// <summary>
/// The keepers of this process, which all kept gates share: as many as calls are made at once. Where none can be started (vm.memfd_noexec, a limit of processes, a kernel before 5.3) calls are made by this
/// process, and a kill that cuts one short leaves what the kernel leaves.
/// </summary>
internal static class KeeperPool
{
    // As many as links are closed at once, and one more would wait.
    private const int Most = 16;

    private static readonly Lock Sync = new();
    private static readonly SemaphoreSlim Room = new(Most);
    private static readonly Stack<KeeperProcess> Free = [];
    private static int _users;
    private static ExecutableCode? _code;
    private static OwnedDescriptor? _self;

    /// <summary>A gate whose calls are made by keepers. The first keeper is started with the first gate, and the last one ends with the last gate.</summary>
    public static IKeptGate Open()
    {
        lock (Sync)
        {
            if (_users++ == 0) Prepare();
        }

        return new Kept();
    }

    /// <summary>Has every keeper make a call; those that make another one wait for them. Keepers that are started later inherit from the thread that starts them.</summary>
    public static nint InvokeInAll(nint number, nint a0, nint a1)
    {
        for (var k = 0; k < Most; k++) Room.Wait();
        try
        {
            lock (Sync)
            {
                nint worst = 0;
                foreach (var keeper in Free)
                {
                    if (keeper.TryInvoke(number, [a0, a1], out var result)) worst = Math.Min(worst, result);
                }

                return worst;
            }
        }
        finally
        {
            Room.Release(Most);
        }
    }

    private static void Prepare()
    {
        var gate = LinuxSystemCalls.Instance;
        if (!gate.OpenPid(Environment.ProcessId).TryGet(out _self, out _)) return;
        if (ExecutableCode.Create(gate, KeeperCode.Bytes).TryGet(out _code, out _) && KeeperProcess.Start(_code, _self) is { } first) Free.Push(first);
    }

    private static void Close()
    {
        lock (Sync)
        {
            if (--_users > 0) return;
            while (Free.TryPop(out var keeper)) keeper.Dispose();
            _code?.Dispose();
            _self?.Dispose();
            (_code, _self) = (null, null);
        }
    }

    private static KeeperProcess? Take()
    {
        lock (Sync)
        {
            return Free.TryPop(out var keeper) ? keeper : _code is null ? null : KeeperProcess.Start(_code, _self!);
        }
    }

    private static nint Invoke(nint number, ReadOnlySpan<nint> arguments)
    {
        Room.Wait();
        try
        {
            if (Take() is not { } keeper)
                return LinuxSystemCalls.Instance.Invoke(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
            if (keeper.TryInvoke(number, arguments, out var result))
            {
                lock (Sync) Free.Push(keeper);
                return result;
            }

            keeper.Dispose();
            // It was killed. Whether a descriptor is closed can be tried again; whatever else it was at has failed.
            return number == SystemCall.Close ? LinuxSystemCalls.Instance.Invoke(number, arguments[0]) : -(int)Errno.EINTR;
        }
        finally
        {
            Room.Release();
        }
    }

    private sealed class Kept : IKeptGate
    {
        private int _isDisposed;

        public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0) => KeeperPool.Invoke(number, [a0, a1, a2, a3, a4, a5]);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0) Close();
        }
    }
}
