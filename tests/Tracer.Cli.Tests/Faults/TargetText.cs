using System.Security.Cryptography;
using Tracer.Linux;

namespace Tracer.Cli.Tests.Faults;

/// <summary>The code of a process as it is in its memory.</summary>
internal static class TargetText
{
    /// <summary>A hash of all that is executable, and where it is: a page that was left behind shows, too.</summary>
    public static string Of(int pid)
    {
        var gate = LinuxSystemCalls.Instance;
        using var memory = new ProcessMemory(gate, pid);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in new ProcFs(gate).Maps(pid).Value.Entries)
        {
            if (!entry.IsExecutable || entry.Path is "[vsyscall]")
                continue;
            var bytes = new byte[entry.Length];
            hash.AppendData(bytes.AsSpan(0, memory.Read(entry.Start, bytes).Count));
            hash.AppendData(BitConverter.GetBytes(entry.Start));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
