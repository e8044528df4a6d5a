using System.Runtime.CompilerServices;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;
using Tracer.Ptrace.Tests.Support;
using Tracer.Testing;

namespace Tracer.Ptrace.Tests;

/// <summary>What is written down in a target for the time when its tracer is gone.</summary>
public sealed class RescueTests
{
    private static readonly Testament Sample = new()
    {
        Nonce = 0x1122334455667788,
        TracerId = 12,
        TracerStart = 345,
        TargetId = 67,
        Address = 0x7000_4000,
        Whole = (0x7000_0000, 0x6000),
        Action = new SignalAction(0x401000, 0x0400_0000, 0x402000, 0x200),
        IsSilent = true,
        Phase = TestamentPhase.Lowering,
        Sites = [(0x401234, 0x55), (0x401300, 0x90)],
        Semaphores = [(0x404000, 3), (0x404002, 65535)],
        SlotAreas = [(0x500000, 4096)],
    };

    [Fact]
    public void The_handlers_code_is_what_its_source_says()
    {
        var assembled = AssembledFile.Of(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "src", "Tracer.Ptrace", "Rescue", "trap-handler.S"));
        Assert.Equal(assembled.Code, TrapHandler.Code.ToArray());
        Assert.Equal(TrapHandler.RestorerOffset, assembled.OffsetOf("restorer"));
        Assert.True(TestamentLayout.Code + TrapHandler.Code.Length <= TestamentLayout.Tables);
    }

    [Fact]
    public void A_testament_is_read_back_as_it_was_written()
    {
        var bytes = Sample.ToBytes();
        Assert.Equal(bytes.Length, Testament.LengthFrom(bytes));
        Assert.True(Testament.TryParse(bytes, out var read));
        Assert.Equal(Sample with { Sites = [], Semaphores = [], SlotAreas = [] }, read with { Sites = [], Semaphores = [], SlotAreas = [] });
        Assert.Equal(Sample.Sites, read.Sites);
        Assert.Equal(Sample.Semaphores, read.Semaphores);
        Assert.Equal(Sample.SlotAreas, read.SlotAreas);
    }

    [Fact]
    public void Whatever_the_bytes_reading_them_does_not_fail()
    {
        var random = new Random(5);
        var bytes = Sample.ToBytes();
        for (var k = 0; k < 20_000; k++)
        {
            var mutant = bytes[..random.Next(bytes.Length + 1)];
            for (var n = random.Next(4); n > 0 && mutant.Length > 0; n--) mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            if (Testament.TryParse(mutant, out var testament)) Assert.True(testament.Sites.Count + testament.Semaphores.Count + testament.SlotAreas.Count < mutant.Length);
        }
    }

    [Fact]
    public void A_forged_testament_leads_to_no_more_than_breakpoints_being_taken_out_where_it_lies()
    {
        // It names a byte that is int3, one that is not, its stack, an address that is not there, and counters that are zero and not.
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <string.h>
            #include <sys/mman.h>
            #include <unistd.h>
            static unsigned char trap[1] = {0xCC}, other[1] = {0x12}; static unsigned short zero, two = 2;
            int main() {
                unsigned char *whole = mmap(0, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p = whole + 4 * 4096;
                memcpy(p, "sharptrace left", 16);
                *(unsigned *)(p + 16) = 1; *(unsigned *)(p + 20) = 3;
                *(unsigned *)(p + 32) = 1; *(unsigned *)(p + 36) = getpid();
                *(unsigned char **)(p + 48) = p; *(unsigned char **)(p + 56) = whole; *(unsigned long *)(p + 64) = 5 * 4096;
                *(unsigned *)(p + 112) = 3; *(unsigned *)(p + 116) = 3; *(unsigned *)(p + 120) = 0;
                unsigned long *t = (unsigned long *)(p + 512);
                *t++ = (long)trap; *t++ = 0x55; *t++ = (long)other; *t++ = 0x55; *t++ = 0xffffffff80000000; *t++ = 0x55;
                *t++ = (long)&zero; *t++ = 0; *t++ = (long)&two; *t++ = 0; *t++ = 16; *t++ = 0;
                mprotect(p, 4096, PROT_READ | PROT_EXEC);
                puts("ready"); fflush(stdout); getchar();
                printf("%x %x %d %d\n", trap[0], other[0], zero, two); fflush(stdout);
                return 0;
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        Assert.True(Recovery.IsNeeded(LinuxSystemCalls.Instance, target.Pid));
        var report = Assert.Single(Recovery.Recover(LinuxSystemCalls.Instance, target.Pid));
        Assert.Equal((1, 1), (report.Instructions, report.Semaphores));
        Assert.Empty(report.Failed);
        Assert.False(Recovery.IsNeeded(LinuxSystemCalls.Instance, target.Pid));
        target.WriteLine();
        Assert.Equal("55 12 0 1", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_process_in_which_nothing_is_left_is_left_alone()
    {
        using var target = Testing.LiveTarget.Start("/bin/cat");
        Assert.False(Recovery.IsNeeded(LinuxSystemCalls.Instance, target.Pid));
        Assert.Empty(Recovery.Recover(LinuxSystemCalls.Instance, target.Pid));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
