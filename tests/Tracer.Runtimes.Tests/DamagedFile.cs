using System.Diagnostics;
using CsCheck;
using Tracer.Core.Probes;
using Tracer.Elf;

namespace Tracer.Runtimes.Tests;

/// <summary>Damages a file in random places and has it searched for probes: never an exception or an endless search.</summary>
internal static class DamagedFile
{
    /// <summary>Searches it again and again; tells how many probes were ready and how many were dormant with a reason.</summary>
    /// <param name="original">The file.</param>
    /// <param name="places">Where it is damaged.</param>
    /// <param name="most">The most bytes that are changed at a time.</param>
    /// <param name="times">How often.</param>
    /// <param name="find">The search.</param>
    public static (int Ready, int Dormant) Search(byte[] original, IEnumerable<Gen<int>> places, int most, int times, Func<ElfImage, IReadOnlyList<Probe>?> find)
    {
        var (ready, dormant) = (0, 0);
        Gen.Select(Gen.OneOf([.. places]), Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const((byte)0xff))).Array[1, most].Sample(mutations =>
        {
            var bytes = (byte[])original.Clone();
            foreach (var (place, value) in mutations)
                bytes[place] = value;
            if (!ElfImage.TryParse(bytes, out var image, out _))
                return true;
            var started = Stopwatch.StartNew();
            var probes = find(image!) ?? [];
            Assert.All(probes, p => Assert.True(p.Sites.Count > 0 != p.DormantReason is not null));
            (ready, dormant) = (ready + probes.Count(p => p.DormantReason is null), dormant + probes.Count(p => p.DormantReason is not null));
            return started.Elapsed < TimeSpan.FromSeconds(20);
        }, iter: times, threads: 1);
        return (ready, dormant);
    }

    /// <summary>Any byte of these sections, of those that the file has.</summary>
    public static IEnumerable<Gen<int>> In(ElfImage image, IEnumerable<string> sections) => sections.Select(s => (Is: image.TryFindSection(s, out var at), At: at)).Where(s => s.Is)
        .Select(s => Gen.Int[(int)s.At.FileOffset, (int)(s.At.FileOffset + s.At.Size) - 1]);
}
