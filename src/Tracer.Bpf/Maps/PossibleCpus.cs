using System.Globalization;

namespace Tracer.Bpf;

/// <summary>The CPUs that this kernel could ever have online, which is what per-CPU maps are dimensioned by.</summary>
public static class PossibleCpus
{
    private const string ListFile = "/sys/devices/system/cpu/possible";

    // CONFIG_NR_CPUS is at most 8192 on x86-64.
    private const int MostCpus = 8192;

    private static readonly Lazy<int> LazyCount = new(() =>
        TryCount(File.ReadAllText(ListFile), out var count) ? count : throw new BpfException($"{ListFile} is not a CPU list."));

    /// <summary>How many there are.</summary>
    /// <exception cref="BpfException">The kernel's list could not be understood.</exception>
    public static int Count => LazyCount.Value;

    /// <summary>Counts the CPUs of a list like <c>0-3,8</c>.</summary>
    public static bool TryCount(ReadOnlySpan<char> list, out int count)
    {
        count = 0;
        list = list.Trim();
        foreach (var part in list.Split(','))
        {
            var range = list[part];
            var dash = range.IndexOf('-');
            var first = dash < 0 ? range : range[..dash];
            var last = dash < 0 ? range : range[(dash + 1)..];
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
                || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var high)
                || low > high || high >= MostCpus)
                return false;
            count += high - low + 1;
        }

        return count is > 0 and <= MostCpus;
    }
}
