using System.Diagnostics;
using System.Globalization;

namespace Tracer.Bpf.Tests;

/// <summary>
/// A C program that fires on command, compiled once by gcc. It is only probed by BPF and never by ptrace, so that Process may start it.
/// </summary>
internal sealed class Target : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <time.h>
        #include <unistd.h>

        /* The probed instructions are nops, which the kernel emulates: no single-step. */
        __asm__(".text\n.globl hit\nhit: nop\nret\n.globl other\nother: nop\nret\n");
        extern void hit(unsigned long number, const char *text);
        extern void other(unsigned long number, const char *text);
        volatile unsigned short semaphore __attribute__((section(".probes"))) = 0;

        static unsigned long file_offset(void *address)
        {
            FILE *maps = fopen("/proc/self/maps", "r");
            char line[512];
            unsigned long start, end, offset;
            while (fgets(line, sizeof line, maps))
                if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3
                    && start <= (unsigned long)address && (unsigned long)address < end)
                {
                    fclose(maps);
                    return (unsigned long)address - start + offset;
                }
            abort();
        }

        static unsigned long per_thread;
        static void *run(void *unused)
        {
            for (unsigned long i = 0; i < per_thread; i++) hit(i, "text");
            return unused;
        }

        int main(int argc, char **argv)
        {
            char command[64];
            unsigned long count;
            printf("%lu %lu %lu\n", file_offset(hit), file_offset(other), file_offset((void *)&semaphore));
            fflush(stdout);
            while (scanf("%63s %lu", command, &count) == 2)
            {
                struct timespec a, b;
                unsigned long result = 0;
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
                if (!strcmp(command, "hit"))
                    for (unsigned long i = 0; i < count; i++) hit(i, "text");
                else if (!strcmp(command, "other"))
                    for (unsigned long i = 0; i < count; i++) other(i, "text");
                else if (!strcmp(command, "threads"))
                {
                    pthread_t threads[4];
                    per_thread = count;
                    for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, run, 0);
                    for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
                }
                else if (!strcmp(command, "absent"))
                {
                    int file = open(argv[1], O_RDONLY);
                    char *page = mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0);
                    for (unsigned long i = 0; i < count; i++)
                    {
                        madvise(page, 4096, MADV_DONTNEED);
                        hit(i, page + 16);
                    }
                    munmap(page, 4096);
                    close(file);
                }
                else if (!strcmp(command, "semaphore"))
                    result = semaphore;
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
                if (strcmp(command, "semaphore"))
                    result = (b.tv_sec - a.tv_sec) * 1000000000UL + b.tv_nsec - a.tv_nsec;
                printf("%lu\n", result);
                fflush(stdout);
            }
            return 0;
        }
        """;

    private static readonly Lazy<string> Binary = new(Compile);

    private static int _copies;

    private readonly Process _process;

    /// <summary>
    /// Runs a copy of the program, so that tests at the same time share no inode (one place of a file has one semaphore, whoever attaches);
    /// with <paramref name="sibling"/>, the same file again.
    /// </summary>
    public Target(Target? sibling = null)
    {
        Executable = sibling?.Executable ?? $"{Binary.Value}-{Interlocked.Increment(ref _copies)}";
        if (sibling is null)
            File.Copy(Binary.Value, Executable);
        Text = Executable + ".text";
        File.WriteAllText(Text, new string('-', 16) + "a string in a file\0" + new string('-', 5000));
        _process = Process.Start(new ProcessStartInfo(Executable, [Text]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var offsets = _process.StandardOutput.ReadLine()!.Split(' ').Select(o => ulong.Parse(o, CultureInfo.InvariantCulture)).ToArray();
        (Hit, Other, Semaphore) = (offsets[0], offsets[1], (uint)offsets[2]);
    }

    public string Executable { get; }

    public string Text { get; }

    public int Id => _process.Id;

    public ulong Hit { get; }

    public ulong Other { get; }

    public uint Semaphore { get; }

    /// <summary>Nanoseconds of CPU time that the command took, or what it found.</summary>
    public ulong Do(string command, int count)
    {
        _process.StandardInput.WriteLine($"{command} {count}");
        _process.StandardInput.Flush();
        return ulong.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
            _process.Kill();
        _process.Dispose();
    }

    private static string Compile()
    {
        var directory = Directory.CreateTempSubdirectory("tracer-bpf-tests-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        var source = Path.Combine(directory, "target.c");
        var binary = Path.Combine(directory, "target");
        File.WriteAllText(source, Source);
        using var gcc = Process.Start("gcc", ["-O1", "-pthread", "-o", binary, source]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? binary : throw new InvalidOperationException("gcc failed");
    }
}
