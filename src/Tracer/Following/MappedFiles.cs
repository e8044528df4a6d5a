using System.Globalization;
using System.Text;
using Tracer.Linux;

namespace Tracer.Following;

/// <summary>The files that a process has mapped executable: what may have probes.</summary>
/// <param name="Files">Which files, and which parts of them.</param>
/// <param name="Places">Where they lie, in the order of the addresses.</param>
/// <param name="Loader">Which of them is the dynamic loader; null for none.</param>
internal sealed record MappedFiles(string Files, string Places, (uint Major, uint Minor, ulong Inode)? Loader)
{
    /// <summary>Those of a process as it is now; null when it is gone.</summary>
    public static MappedFiles? Of(ProcFs proc, int processId)
    {
        if (!proc.Maps(processId).TryGet(out var map))
            return null;
        var (files, places) = (new List<string>(), new StringBuilder());
        (uint, uint, ulong)? loader = null;
        foreach (var entry in map.Entries)
        {
            if (!entry.IsFile || !entry.IsExecutable)
                continue;
            files.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor:x}:{entry.DeviceMinor:x}:{entry.Inode} {entry.FileOffset:x} {entry.Length:x}"));
            places.Append(CultureInfo.InvariantCulture, $"{entry.Start:x} ");
            if (loader is null && LoaderWatch.IsLoader(entry.Path))
                loader = (entry.DeviceMajor, entry.DeviceMinor, entry.Inode);
        }

        // The order of the addresses is another in each process.
        files.Sort(StringComparer.Ordinal);
        return new MappedFiles(string.Join('\n', files), places.ToString(), loader);
    }
}
