namespace Tracer.Linux;

/// <summary>How to open a file: the O_ flags of x86-64 (include/uapi/asm-generic/fcntl.h). O_CLOEXEC is always added.</summary>
[Flags]
public enum OpenMode
{
    /// <summary>O_RDONLY.</summary>
    ReadOnly = 0,

    /// <summary>O_WRONLY.</summary>
    WriteOnly = 1,

    /// <summary>O_RDWR.</summary>
    ReadWrite = 2,

    /// <summary>O_CREAT, with mode 0666 less the umask.</summary>
    Create = 0x40,

    /// <summary>O_EXCL.</summary>
    Exclusive = 0x80,

    /// <summary>O_TRUNC.</summary>
    Truncate = 0x200,

    /// <summary>O_APPEND.</summary>
    Append = 0x400,

    /// <summary>O_NONBLOCK: also keeps open(2) of a FIFO from waiting for its other end.</summary>
    NonBlocking = 0x800,

    /// <summary>O_DIRECTORY.</summary>
    Directory = 0x10000,
}
