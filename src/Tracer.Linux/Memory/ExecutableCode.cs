namespace Tracer.Linux;

/// <summary>
/// Machine code of our own in a file that has no name (memfd_create, Linux 3.17), mapped into this process to be called. The kernel
/// can put uprobes into it by <see cref="Path"/>.
/// </summary>
public sealed unsafe class ExecutableCode : IDisposable
{
    private readonly OwnedDescriptor _file;
    private readonly MappedRegion _region;

    private ExecutableCode(OwnedDescriptor file, MappedRegion region)
    {
        _file = file;
        _region = region;
        Path = $"/proc/self/fd/{file.Number}";
    }

    /// <summary>Where it is mapped; zero after Dispose.</summary>
    public nint Address => (nint)_region.Address;

    /// <summary>The file, as this process and the kernel on its behalf can open it.</summary>
    public string Path { get; }

    /// <summary>Makes it of position-independent code, a page at most. A kernel where anonymous files are not executable (vm.memfd_noexec) refuses with EACCES or EPERM.</summary>
    public static KernelResult<ExecutableCode> Create(ISystemCallGate gate, ReadOnlySpan<byte> code)
    {
        ArgumentNullException.ThrowIfNull(gate);
        const int CloseOnExec = 1;
        const string Purpose = "code of our own";
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code.Length, Environment.SystemPageSize);
        SystemCallResult created;
        fixed (byte* name = "sharptrace\0"u8)
            created = new(gate.Invoke(SystemCall.MemFdCreate, (nint)name, CloseOnExec));
        if (created.IsError)
            return new KernelError(created.Error, $"making {Purpose}");
        var file = new OwnedDescriptor(gate, (int)created.Raw, Purpose);
        var written = gate.WriteAt(file, code, 0);
        if (written.IsError || written.Count != code.Length)
        {
            file.Dispose();
            return new KernelError(written.IsError ? written.Error : Errno.EIO, $"writing {Purpose}");
        }

        if (MappedRegion.Map(gate, file, (nuint)Environment.SystemPageSize, MappingProtection.Read | MappingProtection.Execute, shared: false).TryGet(out var region, out var error))
            return new ExecutableCode(file, region);
        file.Dispose();
        return error;
    }

    /// <summary>Calls the code at <paramref name="offset"/>, a function without parameters, <paramref name="times"/> times.</summary>
    public void Call(int offset, int times)
    {
        ObjectDisposedException.ThrowIf(_region.Address == 0, this);
        var function = (delegate* unmanaged<void>)(_region.Address + offset);
        for (var k = 0; k < times; k++)
            function();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _region.Dispose();
        _file.Dispose();
    }
}
