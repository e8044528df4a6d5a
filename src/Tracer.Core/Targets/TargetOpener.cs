using Tracer.Core.Diagnostics;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>Looks at a live process, or at a file, and makes a target of it.</summary>
/// <param name="gate">The kernel.</param>
/// <param name="proc">Where /proc is.</param>
public sealed class TargetOpener(ISystemCallGate gate, string proc = "/proc")
{
    private readonly ProcFs _proc = new(gate, proc);

    /// <summary>The process with all ELF files it has mapped executable. A thread's id stands for its process.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="holdsMemory">Whether its memory is held as it is (<see cref="ProcessMemory.Hold"/>): for a process that may execute another program.</param>
    /// <exception cref="TracerException">There is no such process, it may not be looked at, or it is no 64-bit x86 program.</exception>
    public TargetProcess Open(int processId, bool holdsMemory = false)
    {
        if (!_proc.Status(processId).TryGet(out var status, out var error))
            throw StatusFailure(processId, error);
        if (status.State is ProcessState.Zombie or ProcessState.Dead)
            throw new TracerException("ST0102", FailureKind.NotFound, $"Process {processId} has exited.", "Only its exit status is left, which its parent has not read yet.");
        var leader = status.Tgid > 0 ? status.Tgid : processId;
        if (!_proc.Maps(leader).TryGet(out var map, out error))
            throw NotPermitted(leader, error);
        if (map.Entries.Count == 0)
            throw EmptyMap(leader, status);

        var owned = new List<IDisposable>();
        var modules = new List<TargetModule>();
        var unopened = new List<UnopenedFile>();
        try
        {
            var memory = holdsMemory ? ProcessMemory.Hold(gate, leader, proc) : new ProcessMemory(gate, leader, proc);
            owned.Add(memory);
            var target = new ProcessTargetMemory(memory);
            OpenModules(leader, map, new MappedModuleFiles(gate, _proc, target), modules, unopened, owned);
            if (modules.Count == 0)
            {
                throw new TracerException("ST0104", FailureKind.NotPermitted, $"No program file of process {leader} could be opened.",
                    unopened.Count == 0 ? "It has mapped none." : $"The first is {unopened[0]}.", CapabilityGrant.Command(KernelFacts.Read(gate), Environment.ProcessPath, UnopenedFile.Needed));
            }

            return new TargetProcess(leader, target, modules, owned, OpenVdso(map, target)) { Unopened = unopened };
        }
        catch
        {
            owned.ForEach(o => o.Dispose());
            throw;
        }
    }

    /// <summary>A file on its own, at bias zero; the caller disposes <paramref name="file"/> when done with the module.</summary>
    /// <exception cref="TracerException">There is no such file, it cannot be read, or it is no x86-64 ELF file.</exception>
    public TargetModule OpenFile(string path, out IDisposable file)
    {
        if (!MappedFile.Open(gate, path).TryGet(out var mapped, out var error))
        {
            var kind = error.Error is Errno.EACCES or Errno.EPERM ? FailureKind.NotPermitted : FailureKind.NotFound;
            throw new TracerException("ST0105", kind, $"'{path}' cannot be read.", $"{error}.");
        }

        file = mapped;
        if (!ElfImage.TryParse(mapped.Memory, out var image, out var diagnostic))
        {
            mapped.Dispose();
            throw new TracerException("ST0106", FailureKind.Unsupported, $"'{path}' is not an ELF file that can be read.", diagnostic?.Message);
        }

        if (!image!.IsX64)
        {
            mapped.Dispose();
            throw new TracerException("ST0107", FailureKind.Unsupported, $"'{path}' is not a 64-bit x86 file.", $"It is {image.Class} for {image.Machine}.");
        }

        return new TargetModule(path, path, 0, image);
    }

    private static void OpenModules(int pid, MemoryMap map, MappedModuleFiles files, List<TargetModule> modules, List<UnopenedFile> unopened, List<IDisposable> owned)
    {
        var seen = new HashSet<(uint, uint, ulong)>();
        foreach (var entry in map.Entries)
        {
            if (!entry.IsFile || !entry.IsExecutable || !seen.Add((entry.DeviceMajor, entry.DeviceMinor, entry.Inode)))
                continue;
            if (!files.Open(pid, entry).TryGet(out var file, out var error))
            {
                unopened.Add(new UnopenedFile(entry.Path, error));
                continue;
            }

            owned.Add(file);
            if (!ElfImage.TryParse(file.Memory, out var image, out _))
                continue;
            if (!image!.IsX64)
                throw WrongMachine(pid, entry.Path, image);
            if (image.AddressMap.TryGetLoadBias(entry.Start, entry.FileOffset, executable: true, out var bias))
                modules.Add(new TargetModule(entry.Path, file.ExactPath, bias, image) { Root = files.Root(pid), File = (entry.DeviceMajor, entry.DeviceMinor, entry.Inode) });
        }
    }

    // The vDSO (vdso(7)) is an ELF file of one or two pages that only memory has.
    private static TargetModule? OpenVdso(MemoryMap map, ProcessTargetMemory memory)
    {
        const string Name = "[vdso]";
        const ulong MaximumSize = 64 << 10;
        foreach (var entry in map.Entries)
        {
            if (entry.Path != Name)
                continue;
            var bytes = new byte[Math.Min(entry.Length, MaximumSize)];
            var length = memory.Read(entry.Start, bytes);
            return ElfImage.TryParse(bytes.AsMemory(0, length), out var image, out _) && image!.AddressMap.TryGetLoadBias(entry.Start, 0, executable: true, out var bias)
                ? new TargetModule(Name, Name, bias, image)
                : null;
        }

        return null;
    }

    private static TracerException WrongMachine(int pid, string path, ElfImage image) => new(
        "ST0103", FailureKind.Unsupported, $"Process {pid} is not a 64-bit x86 program.", $"{path} is {image.Class} for {image.Machine}.",
        "Trace it on a machine and with a tool of that kind; sharptrace reads x86-64 targets only.");

    private TracerException StatusFailure(int pid, KernelError error) => error.Error is Errno.EACCES or Errno.EPERM
        ? NotPermitted(pid, error)
        : new TracerException("ST0101", FailureKind.NotFound, $"There is no process {pid}.", null, "Check the id with ps.");

    private TracerException NotPermitted(int pid, KernelError error) => new(
        "ST0108", FailureKind.NotPermitted, $"Process {pid} may not be looked at.",
        $"{(KernelFacts.Read(gate, proc).Capabilities.Has(Capability.SysPtrace) ? "" : "CAP_SYS_PTRACE is missing: ")}{error}.", PtraceGrant.Command(KernelFacts.Read(gate, proc), Environment.ProcessPath));

    private static TracerException EmptyMap(int pid, ProcessStatus status) => status.Threads > 0 && status.PPid is 2 or 0
        ? new TracerException("ST0109", FailureKind.Unsupported, $"Process {pid} ({status.Name}) is a thread of the kernel.", "It has no program to trace.")
        : new TracerException("ST0102", FailureKind.NotFound, $"Process {pid} has exited.");
}
