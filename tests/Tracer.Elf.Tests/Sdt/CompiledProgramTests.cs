using System.Diagnostics;
using Tracer.Elf.Sdt;
using Xunit;

namespace Tracer.Elf.Tests.Sdt;

/// <summary>Programs of gcc with operands over symbols, resolved: nm is the second opinion on addresses.</summary>
public class CompiledProgramTests
{
    private const string Source = """
        #include <sys/sdt.h>
        static volatile int counter = 5;
        static __thread int before[3];
        __thread int local = 7;
        __attribute__((noinline)) static void site(int n) {
            STAP_PROBE2(sample, sites, counter, local);
            before[n & 1]++;
        }
        int main(int argc, char **argv) { site(argc); counter++; return 0; }
        """;

    [Theory]
    [InlineData("-O2")]
    [InlineData("-O2 -no-pie -fno-pie")]
    public void Symbols_and_thread_locals_are_where_the_linker_put_them(string options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc") && File.Exists("/usr/bin/nm"), "gcc and nm are not installed");
        Assert.SkipUnless(File.Exists("/usr/include/sys/sdt.h") || File.Exists("/usr/include/x86_64-linux-gnu/sys/sdt.h"), "systemtap-sdt-dev is not installed");
        var directory = Directory.CreateTempSubdirectory("elf-tests");
        try
        {
            var (source, program) = (Path.Combine(directory.FullName, "a.c"), Path.Combine(directory.FullName, "a"));
            File.WriteAllText(source, Source);
            _ = Run("/usr/bin/gcc", [.. options.Split(' '), "-o", program, source]);
            var symbols = Run("/usr/bin/nm", [program]).Split('\n').Select(l => l.Split(' ')).Where(p => p.Length == 3)
                .ToDictionary(p => p[2], p => Convert.ToInt64(p[0], 16));
            var image = TestFiles.Open(program);
            var note = Assert.Single(SdtReader.Read(image).Notes);
            var operands = new SdtOperandResolver(image).Resolve(note);
            Assert.True(image.TryFindSegment(ElfSegmentType.Tls, out var tls));
            var tlsSize = (long)((tls.MemorySize + tls.Alignment - 1) / tls.Alignment * tls.Alignment);

            Assert.Equal(2, operands.Count);
            foreach (var (operand, text) in operands.Zip(SdtArgument.ParseAll(note.Arguments)))
            {
                // gcc may load a value into a register first; what it leaves in memory must be at the symbol's place.
                if (operand is MemoryOperand { Segment: SegmentBase.Fs } local)
                    Assert.Equal(symbols["local"] - tlsSize, local.Displacement);
                else if (operand is MemoryOperand { ImageRelative: true } counter)
                    Assert.Equal(symbols["counter"], counter.Displacement);
                else
                    Assert.True(operand is RegisterOperand or MemoryOperand, $"{text.Text}: {(operand as UnresolvedOperand)?.Reason}");
            }
            Assert.Contains(operands, o => o is MemoryOperand { Segment: SegmentBase.Fs });
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
