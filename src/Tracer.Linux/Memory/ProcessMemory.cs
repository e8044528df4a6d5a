using System.Buffers.Binary;

namespace Tracer.Linux;

/// <summary>
/// Another process's memory. Reads go by process_vm_readv(2), and by /proc/PID/mem where that is refused or missing; nothing is
/// allocated per call. Reads stop at the first page that cannot be read and return what came before; /proc/PID/mem also reads pages
/// that are mapped without permission to read (PROT_NONE guards), the other does not. Needs the right to ptrace the
/// process. Not for use by two threads while it may be disposed.
/// </summary>
public sealed unsafe class ProcessMemory : IDisposable
{
    // UIO_MAXIOV, include/uapi/linux/uio.h.
    private const int MaximumRanges = 1024;

    private readonly ISystemCallGate _gate;
    private readonly string _memPath;
    private readonly Lock _opening = new();
    private OwnedDescriptor? _mem;
    private bool _memIsWritable;
    private bool _vmRefused;

    /// <summary>The memory of <paramref name="pid"/> (a process or thread id in our pid namespace); <paramref name="proc"/> is where /proc is mounted.</summary>
    public ProcessMemory(ISystemCallGate gate, int pid, string proc = "/proc")
    {
        ArgumentNullException.ThrowIfNull(gate);
        _gate = gate;
        Pid = pid;
        _memPath = $"{proc}/{pid}/mem";
    }

    /// <summary>
    /// The memory that the process has now, held by its /proc/PID/mem: when it executes another program, nothing of that is read by mistake, but nothing at all any more. Costs a descriptor.
    /// </summary>
    public static ProcessMemory Hold(ISystemCallGate gate, int pid, string proc = "/proc")
    {
        var memory = new ProcessMemory(gate, pid, proc) { _vmRefused = true };
        Span<byte> first = stackalloc byte[1];
        memory.ReadByMem(0, first);
        return memory;
    }

    /// <summary>The process.</summary>
    public int Pid { get; }

    /// <summary>
    /// Whether the kernel lets this process read: success, EPERM or EACCES, ESRCH when the process is gone. It asks what ptrace(2) would ask
    /// (PTRACE_MODE_ATTACH_REALCREDS), of the permissions of /proc/PID/mem only where process_vm_readv is not to be had.
    /// </summary>
    public SystemCallResult Ask()
    {
        // Nothing is mapped at zero (vm.mmap_min_addr), and permission is looked at first.
        Span<byte> nothing = stackalloc byte[1];
        var result = Read(0, nothing);
        return result.Error == Errno.EFAULT ? new(0) : result;
    }

    /// <summary>
    /// Reads from <paramref name="address"/> into <paramref name="destination"/>. Returns how many bytes were read, fewer at a hole; EFAULT when not
    /// even the first could be, ESRCH when the process is gone, EPERM when we may not.
    /// </summary>
    public SystemCallResult Read(ulong address, Span<byte> destination)
    {
        if (destination.IsEmpty) return new(0);
        var range = new RemoteRange(address, (ulong)destination.Length);
        if (!_vmRefused)
        {
            var result = Transfer(SystemCall.ProcessVmReadV, new(ref range), destination);
            if (IsAnswer(result)) return result;
            var fallback = ReadByMem(address, destination);
            // Only an answer from the other door proves that the first one alone is shut.
            _vmRefused = fallback.IsSuccess && IsRefusal(result.Error);
            return fallback.IsSuccess || fallback.Error == Errno.EFAULT ? fallback : result;
        }

        return ReadByMem(address, destination);
    }

    /// <summary>
    /// Reads what must be known to leave the process unharmed: EFAULT is believed only when both doors say so, for process_vm_readv says it also where the kernel has
    /// no memory (mm/process_vm_access.c, process_vm_rw_single_vec).
    /// </summary>
    public SystemCallResult ReadSurely(ulong address, Span<byte> destination)
    {
        var result = Read(address, destination);
        return result.Error == Errno.EFAULT ? ReadByMem(address, destination) : result;
    }

    /// <summary>
    /// Reads several ranges, one after the other, into <paramref name="destination"/>, in as few calls as may be. Returns the total read; it is less than the
    /// sum of the lengths when a page could not be read (what follows it is left unread) or the destination is too small.
    /// </summary>
    public SystemCallResult ReadMany(ReadOnlySpan<RemoteRange> ranges, Span<byte> destination)
    {
        var total = 0;
        while (!ranges.IsEmpty && total < destination.Length)
        {
            var batch = ranges[..Math.Min(ranges.Length, MaximumRanges)];
            var wanted = 0UL;
            foreach (var range in batch) wanted += Math.Min(range.Length, int.MaxValue);
            var result = _vmRefused
                ? ReadEachByMem(batch, destination[total..])
                : Transfer(SystemCall.ProcessVmReadV, batch, destination[total..]);
            if (!IsAnswer(result) && !_vmRefused)
            {
                var isRefusal = IsRefusal(result.Error);
                result = ReadEachByMem(batch, destination[total..]);
                _vmRefused = result.IsSuccess && isRefusal;
            }

            if (result.IsError) return total > 0 ? new(total) : result;
            total += result.Count;
            if ((ulong)result.Count < wanted) break;
            ranges = ranges[batch.Length..];
        }

        return new(total);
    }

    /// <summary>
    /// Writes where the process itself could write. Returns how many bytes were written; EFAULT for unmapped or read-only pages (see
    /// <see cref="WriteThroughProtection"/>), ESRCH, EPERM.
    /// </summary>
    public SystemCallResult Write(ulong address, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return new(0);
        var range = new RemoteRange(address, (ulong)source.Length);
        var result = Transfer(SystemCall.ProcessVmWriteV, new(ref range), source);
        return IsAnswer(result) ? result : WriteThroughProtection(address, source);
    }

    /// <summary>
    /// Writes whatever the page's protection, as a debugger sets breakpoints: /proc/PID/mem, which gives a private file page its own
    /// copy (FOLL_FORCE) and leaves the file alone. EFAULT for unmapped or shared read-only pages. Kernels booted with
    /// proc_mem.force_override=ptrace (6.12) allow it only to a process's tracer. Where the file's permissions are in the way, which
    /// CAP_SYS_PTRACE does not lift, the thread that traces <see cref="Pid"/> writes by PTRACE_POKEDATA while that is stopped.
    /// What fails for want of something is tried again, then by process_vm_writev: a breakpoint that is not taken back kills the process.
    /// </summary>
    public SystemCallResult WriteThroughProtection(ulong address, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return new(0);
        var result = WriteByMem(address, source);
        if (result.IsSuccess || result.Error == Errno.ESRCH) return result;
        var again = WriteByMem(address, source);
        if (again.IsSuccess) return again;
        var range = new RemoteRange(address, (ulong)source.Length);
        var other = Transfer(SystemCall.ProcessVmWriteV, new(ref range), source);
        return other.IsSuccess ? other : result;
    }

    private SystemCallResult WriteByMem(ulong address, ReadOnlySpan<byte> source)
    {
        for (var attempt = 0; ; attempt++)
        {
            var opened = OpenMem(writable: true, reopen: attempt > 0);
            if (opened.Error == Errno.EACCES) return WriteWords(address, source);
            if (opened.IsError) return opened;
            var result = Normalise(_gate.WriteAt(_mem!, source, (long)address));
            if (result.Raw != 0) return result;
            if (attempt > 0) return SystemCallResult.Failed(Errno.ESRCH);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mem?.Dispose();

    private SystemCallResult WriteWords(ulong address, ReadOnlySpan<byte> source)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        var written = 0;
        while (written < source.Length)
        {
            // An aligned word lies in one page.
            var at = address + (ulong)written;
            var skipped = (int)(at % sizeof(ulong));
            var length = Math.Min(word.Length - skipped, source.Length - written);
            var result = _gate.PtracePeekData(Pid, at - (ulong)skipped, out var value);
            if (result.IsSuccess)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(word, value);
                source.Slice(written, length).CopyTo(word[skipped..]);
                result = _gate.PtracePokeData(Pid, at - (ulong)skipped, BinaryPrimitives.ReadUInt64LittleEndian(word));
            }

            if (result.IsError) return written > 0 ? new(written) : Normalise(result);
            written += length;
        }

        return new(written);
    }

    // What the kernel says of the process, rather than of itself (ENOMEM) or of us (EPERM).
    private static bool IsAnswer(SystemCallResult result) => result.IsSuccess || result.Error is Errno.EFAULT or Errno.ESRCH;

    // ESRCH is not a refusal: it is the answer.
    private static bool IsRefusal(Errno error) => error is Errno.EPERM or Errno.ENOSYS;

    // mem_rw (fs/proc/base.c) says EIO, and pread EINVAL for addresses of the kernel's half, where process_vm_readv says EFAULT.
    private static SystemCallResult Normalise(SystemCallResult result) =>
        result.Error is Errno.EIO or Errno.EINVAL ? SystemCallResult.Failed(Errno.EFAULT) : result;

    private SystemCallResult Transfer(int call, ReadOnlySpan<RemoteRange> remote, ReadOnlySpan<byte> local)
    {
        fixed (byte* bytes = local)
        fixed (RemoteRange* ranges = remote)
        {
            var here = new RemoteRange((ulong)bytes, (ulong)local.Length);
            return new(_gate.Invoke(call, Pid, (nint)(&here), 1, (nint)ranges, remote.Length));
        }
    }

    private SystemCallResult ReadByMem(ulong address, Span<byte> destination)
    {
        for (var attempt = 0; ; attempt++)
        {
            var opened = OpenMem(writable: false, reopen: attempt > 0);
            if (opened.IsError) return opened;
            var result = Normalise(_gate.ReadAt(_mem!, destination, (long)address));
            if (result.Raw != 0) return result;
            // End of file: the descriptor belongs to the address space of its opening, which an exec or the exit has ended.
            if (attempt > 0) return SystemCallResult.Failed(Errno.ESRCH);
        }
    }

    private SystemCallResult ReadEachByMem(ReadOnlySpan<RemoteRange> ranges, Span<byte> destination)
    {
        var total = 0;
        foreach (var range in ranges)
        {
            var wanted = (int)Math.Min(range.Length, (ulong)(destination.Length - total));
            if (wanted == 0) continue;
            var result = ReadByMem(range.Address, destination.Slice(total, wanted));
            if (result.IsError) return total > 0 ? new(total) : result;
            total += result.Count;
            if (result.Count < wanted) break;
        }

        return new(total);
    }

    private SystemCallResult OpenMem(bool writable, bool reopen)
    {
        lock (_opening)
        {
            if (_mem is not null && !reopen && (_memIsWritable || !writable)) return new(0);
            if (!_gate.Open(_memPath, writable || _memIsWritable ? OpenMode.ReadWrite : OpenMode.ReadOnly).TryGet(out var mem, out var error))
                return SystemCallResult.Failed(error.Error == Errno.ENOENT ? Errno.ESRCH : error.Error);
            _mem?.Dispose();
            _mem = mem;
            _memIsWritable |= writable;
            return new(0);
        }
    }
}
