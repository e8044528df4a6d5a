using System.Diagnostics;
using Tracer.Elf.Dwarf.Frames;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Frames;

/// <summary>Random damage to real call frame information: nothing thrown, nothing hangs, next to nothing allocated.</summary>
public sealed class HostileFrameTests
{
    private const int Mutations = 10_000;

    [Theory]
    [InlineData(".eh_frame")]
    [InlineData(".eh_frame_hdr")]
    public void Mutations_are_survived(string section)
    {
        const string Path = "/lib64/ld-linux-x86-64.so.2";
        Assert.SkipUnless(File.Exists(Path), "There is no " + Path);
        byte[] original = File.ReadAllBytes(Path);
        Assert.True(ElfImage.TryParse(original, out var image, out _));
        Assert.True(image!.TryFindSection(section, out var target));
        Assert.True(image.TryFindSection(".text", out var text));
        byte[] bytes = (byte[])original.Clone();
        Assert.True(ElfImage.TryParse(bytes, out var damaged, out _));
        var random = new Random(3);
        var context = new Nowhere();
        for (int i = 0; i < Mutations; i++)
        {
            var part = bytes.AsSpan((int)target.FileOffset, (int)target.Size);
            original.AsSpan((int)target.FileOffset, part.Length).CopyTo(part);
            for (int n = random.Next(1, 40); n > 0; n--)
                part[random.Next(part.Length)] = random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => 0x80, _ => (byte)random.Next(256) };
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            var table = FrameTable.Load(damaged!);
            var row = default(UnwindRow);
            for (int lookup = 0; lookup < 20; lookup++)
            {
                if (!table.TryFindRow(text.Address + (ulong)random.NextInt64((long)text.Size), ref row))
                    continue;
                if (row.Cfa.Kind == CfaRuleKind.Expression)
                    FrameExpression.TryEvaluate(row.Expression(row.Cfa.Value), null, ref context, out _);
                for (int register = 0; register < UnwindRow.RegisterCount; register++)
                {
                    if (row[register].Kind is RegisterRuleKind.Expression or RegisterRuleKind.ValueExpression)
                        FrameExpression.TryEvaluate(row.Expression(row[register].Value), 0, ref context, out _);
                }
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
            Assert.InRange(table.Functions().Count(), 0, part.Length);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2), $"number {i}");
        }
    }

    private struct Nowhere : IFrameContext
    {
        public readonly bool TryGetRegister(int register, out ulong value)
        {
            value = (ulong)register;
            return register < 17;
        }

        public readonly bool TryRead(ulong address, int size, out ulong value)
        {
            value = address * 7;
            return (address & 8) == 0;
        }
    }
}
