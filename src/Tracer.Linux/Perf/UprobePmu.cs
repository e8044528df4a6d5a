using System.Globalization;
using System.Text;

namespace Tracer.Linux;

/// <summary>The kernel's uprobe PMU as sysfs describes it (Linux 4.17): its type number and where its config bits lie.</summary>
/// <param name="Type">The PMU's type for <see cref="PerfEventAttribute.Type"/>; differs from boot to boot.</param>
/// <param name="ReturnBit">The bit of config that asks for a return probe.</param>
/// <param name="SemaphoreShift">The lowest bit of config that holds the semaphore's offset (ref_ctr_offset).</param>
/// <param name="HasSemaphores">True when the kernel raises semaphores itself (Linux 4.20).</param>
public sealed record UprobePmu(uint Type, int ReturnBit, int SemaphoreShift, bool HasSemaphores)
{
    /// <summary>Reads it; ENOENT when the kernel has no uprobes, ENODATA when the files make no sense. <paramref name="sys"/> is where sysfs is mounted.</summary>
    public static KernelResult<UprobePmu> Read(ISystemCallGate gate, string sys = "/sys")
    {
        ArgumentNullException.ThrowIfNull(gate);
        var folder = $"{sys}/bus/event_source/devices/uprobe";
        if (!gate.ReadFile($"{folder}/type", 4096).TryGet(out var text, out var error)) return error;
        if (!uint.TryParse(Encoding.ASCII.GetString(text).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var type))
            return new KernelError(Errno.ENODATA, $"reading {folder}/type");
        var semaphore = ConfigBit(gate, $"{folder}/format/ref_ctr_offset");
        return new UprobePmu(type, ConfigBit(gate, $"{folder}/format/retprobe") ?? 0, semaphore ?? 32, semaphore is not null);
    }

    // "config:32-63" or "config:0".
    private static int? ConfigBit(ISystemCallGate gate, string path)
    {
        if (!gate.ReadFile(path, 4096).TryGet(out var bytes)) return null;
        var text = Encoding.ASCII.GetString(bytes).Trim();
        if (!text.StartsWith("config:", StringComparison.Ordinal)) return null;
        var bits = text.AsSpan("config:".Length);
        var dash = bits.IndexOf('-');
        if (dash >= 0) bits = bits[..dash];
        return int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var bit) && bit < 64 ? bit : null;
    }
}
