using System.Text;
using Tracer.Linux;

namespace Tracer.Fuzz.Targets;

/// <summary>Files of /proc: maps, status, stat.</summary>
public sealed class ProcTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "proc";

    /// <inheritdoc/>
    public override int Count => 5_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => OperandTarget.Texts(
        "55d0c8a00000-55d0c8a02000 r-xp 00002000 fd:01 1234                       /usr/bin/a b (deleted)\n7f0000000000-7f0000001000 rw-s 00000000 00:05 0 \nffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n",
        "Name:\ta\\nb\nState:\tS (sleeping)\nTgid:\t12\nNgid:\t0\nPid:\t12\nPPid:\t1\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nNStgid:\t12\t3\nNSpid:\t12\t3\nThreads:\t4\nCapEff:\t000001ffffffffff\n",
        "12 (a) b (c)) S 1 12 12 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 1000 10 18446744073709551615\n");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } =
        OperandTarget.Texts("\n", "-", " ", "r-xp", "/", "\\012", " (deleted)", "ffffffffffffffff", "fffffffffffffffff", ":", "\t", "State:\t", "NSpid:\t", "Threads:\t", "(", ")", "18446744073709551616", "-1");

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var map = MemoryMap.Parse(input);
        outcome.Add("maps", map.Entries.Count);
        outcome.Add("unreadable", map.UnreadableLines);
        foreach (var entry in map.Entries)
        {
            if (entry.End <= entry.Start)
                throw new InvalidOperationException("A mapping ends before it begins.");
            outcome.Add($"{entry.Protection} {entry.IsDeleted} {entry.IsFile} {map.TryFind(entry.Start, out _)}");
            _ = entry.MapFileName;
        }

        var status = ProcessStatus.Parse(input);
        outcome.Add($"{status.State} {status.Tgid > 0} {status.Threads > 0} {status.InnermostPid > 0}");
        outcome.Add("name", Encoding.UTF8.GetByteCount(status.Name));
        outcome.Add($"{ProcFs.TryParseStartTime(input, out _)}");
    }
}
