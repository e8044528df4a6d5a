using System.Buffers.Text;
using System.Text;

namespace Tracer.Linux;

/// <summary>/proc/PID/status, or /proc/PID/task/TID/status. A line that is missing or makes no sense leaves its default.</summary>
public sealed record ProcessStatus
{
    /// <summary>The name (comm), at most 15 bytes, the kernel's escapes undone.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is doing.</summary>
    public ProcessState State { get; init; }

    /// <summary>The process id, which is its first thread's.</summary>
    public int Tgid { get; init; }

    /// <summary>The id of the thread this status is of.</summary>
    public int Pid { get; init; }

    /// <summary>The parent process.</summary>
    public int PPid { get; init; }

    /// <summary>Who traces it; zero: nobody.</summary>
    public int TracerPid { get; init; }

    /// <summary>Threads in the process.</summary>
    public int Threads { get; init; }

    /// <summary>The real user id.</summary>
    public uint RealUserId { get; init; }

    /// <summary>The effective user id.</summary>
    public uint EffectiveUserId { get; init; }

    /// <summary>Real group id.</summary>
    public uint RealGroupId { get; init; }

    /// <summary>Its thread id in every pid namespace from ours to its own, outermost first; one entry means that it shares ours (Linux 4.1).</summary>
    public IReadOnlyList<int> NamespacePids { get; init; } = [];

    /// <summary>The effective capabilities.</summary>
    public CapabilitySet EffectiveCapabilities { get; init; }

    /// <summary>The capabilities it may make effective.</summary>
    public CapabilitySet PermittedCapabilities { get; init; }

    /// <summary>The capabilities that programs it executes can at most have; all when the kernel does not say.</summary>
    public CapabilitySet BoundingCapabilities { get; init; } = new(ulong.MaxValue);

    /// <summary>The seccomp mode: 0 off, 1 strict, 2 filter; null when the kernel does not say.</summary>
    public int? SeccompMode { get; init; }

    /// <summary>True when it can gain no privileges by exec.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>The process's id as it sees itself.</summary>
    public int InnermostPid => NamespacePids.Count > 0 ? NamespacePids[^1] : Pid;

    /// <summary>Reads the text of a status file; never fails, whatever the bytes.</summary>
    public static ProcessStatus Parse(ReadOnlySpan<byte> text)
    {
        var status = new ProcessStatus();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            var colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            var value = line[(colon + 1)..].Trim((byte)'\t').Trim((byte)' ');
            status = line[..colon] switch
            {
                var key when key.SequenceEqual("Name"u8) => status with { Name = Unescape(value) },
                var key when key.SequenceEqual("State"u8) => status with { State = StateOf(value) },
                var key when key.SequenceEqual("Tgid"u8) => status with { Tgid = Number(value) },
                var key when key.SequenceEqual("Pid"u8) => status with { Pid = Number(value) },
                var key when key.SequenceEqual("PPid"u8) => status with { PPid = Number(value) },
                var key when key.SequenceEqual("TracerPid"u8) => status with { TracerPid = Number(value) },
                var key when key.SequenceEqual("Threads"u8) => status with { Threads = Number(value) },
                var key when key.SequenceEqual("Uid"u8) => status with { RealUserId = UserId(value, 0), EffectiveUserId = UserId(value, 1) },
                var key when key.SequenceEqual("Gid"u8) => status with { RealGroupId = UserId(value, 0) },
                var key when key.SequenceEqual("NSpid"u8) => status with { NamespacePids = Numbers(value) },
                var key when key.SequenceEqual("CapEff"u8) => status with { EffectiveCapabilities = new(Hexadecimal(value)) },
                var key when key.SequenceEqual("CapPrm"u8) => status with { PermittedCapabilities = new(Hexadecimal(value)) },
                var key when key.SequenceEqual("CapBnd"u8) => status with { BoundingCapabilities = new(Hexadecimal(value)) },
                var key when key.SequenceEqual("Seccomp"u8) => status with { SeccompMode = Utf8Parser.TryParse(value, out int mode, out _) ? mode : null },
                var key when key.SequenceEqual("NoNewPrivs"u8) => status with { NoNewPrivileges = Number(value) == 1 },
                _ => status,
            };
        }

        return status;
    }

    private static ProcessState StateOf(ReadOnlySpan<byte> value) => value.IsEmpty ? ProcessState.Unknown : (char)value[0] switch
    {
        'R' => ProcessState.Running,
        'S' => ProcessState.Sleeping,
        'D' => ProcessState.DiskSleep,
        'T' => ProcessState.Stopped,
        't' => ProcessState.TracingStop,
        'Z' => ProcessState.Zombie,
        'X' => ProcessState.Dead,
        'I' => ProcessState.Idle,
        'P' => ProcessState.Parked,
        _ => ProcessState.Unknown,
    };

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int value, out _) && value >= 0 ? value : 0;

    private static ulong Hexadecimal(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out ulong value, out _, 'x') ? value : 0;

    private static uint UserId(ReadOnlySpan<byte> text, int index)
    {
        foreach (var range in text.Split((byte)'\t'))
        {
            if (index-- == 0) return Utf8Parser.TryParse(text[range], out uint value, out _) ? value : 0;
        }

        return 0;
    }

    private static List<int> Numbers(ReadOnlySpan<byte> text)
    {
        var numbers = new List<int>();
        foreach (var range in text.Split((byte)'\t'))
        {
            if (Utf8Parser.TryParse(text[range], out int value, out _)) numbers.Add(value);
        }

        return numbers;
    }

    // proc_task_name writes a newline as \n and a backslash as \\ (fs/proc/array.c). From left to right, or "\\n" would become a newline.
    private static string Unescape(ReadOnlySpan<byte> name)
    {
        Span<byte> plain = stackalloc byte[64];
        var length = 0;
        for (var i = 0; i < name.Length && length < plain.Length; i++)
        {
            var escaped = name[i] == (byte)'\\' && i + 1 < name.Length ? name[i + 1] : 0;
            if (escaped is (byte)'n' or (byte)'\\') i++;
            plain[length++] = escaped == (byte)'n' ? (byte)'\n' : name[i];
        }

        return Encoding.UTF8.GetString(plain[..length]);
    }
}
