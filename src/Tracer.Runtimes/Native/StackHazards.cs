using System.Globalization;
using System.Text;
using Tracer.Linux;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Tells whether anything in a process could stumble over a return address that the kernel has replaced. Unwinders end at it: a C++ exception that should pass becomes
/// std::terminate. A program that runs on several stacks makes the kernel forget calls that are not over (arch_uretprobe_is_alive compares stack pointers), and the next
/// return is a SIGILL (uprobe_handle_trampoline, kernel/events/uprobes.c). What cannot be told counts as a hazard.
/// </summary>
internal static class StackHazards
{
    // What C programs call to do it; unwinding libraries are loaded by the C library for the first of them, whenever they are called.
    private static readonly (string Name, string What)[] Calls =
    [
        ("pthread_cancel", "unwinds threads"), ("pthread_exit", "unwinds threads"), ("thrd_exit", "unwinds threads"), ("backtrace", "walks its stack"),
        ("swapcontext", "switches stacks"), ("setcontext", "switches stacks"), ("makecontext", "switches stacks"), ("sigaltstack", "handles signals on a stack of their own"),
        ("dlopen", "can load code that unwinds"), ("dlmopen", "can load code that unwinds"),
    ];

    /// <summary>The first hazard that is found, as a clause; null when there is none.</summary>
    public static string? Find(ProcFs proc, int processId, IReadOnlyList<NativeModule> modules)
    {
        // Kernels from 6.13.0 to 6.13.2 ask the filter about the return probe's own system call (CVE-2025-21834).
        if (!proc.Status(processId).TryGet(out var status) || status.SeccompMode is not 0)
            return "a seccomp filter watches its system calls";
        if (UnknownCode(proc, processId, modules) is { } unknown)
            return unknown;
        if (!modules.Any(IsLibrary))
            return "it has no C library of its own file, so that what its code does with stacks cannot be told";
        var others = modules.Where(m => !IsLibrary(m) && !IsLoader(m)).ToArray();
        return others.Select(Tables).FirstOrDefault(h => h is not null) ?? others.Select(StackSwitch.Find).FirstOrDefault(h => h is not null);
    }

    private static string? UnknownCode(ProcFs proc, int processId, IReadOnlyList<NativeModule> modules)
    {
        if (!proc.Maps(processId).TryGet(out var map))
            return "its memory map cannot be read";
        var known = modules.Select(m => m.Module.Path).ToHashSet();
        foreach (var entry in map.Entries)
        {
            if (!entry.IsExecutable || entry.Path is "[vdso]" or "[vsyscall]" or "[uprobes]" or "[uprobes-trampoline]")
                continue;
            if (!entry.IsFile || !known.Contains(entry.Path))
                return string.Create(CultureInfo.InvariantCulture, $"it runs code at 0x{entry.Start:x} that is in no file that can be read");
        }

        return null;
    }

    // glibc unwinds for the calls above only; the code of its own that is cleaned up then is of no concern without them.
    private static bool IsLibrary(NativeModule module) => module.Image.DynamicSymbols is { } symbols && symbols.TryFind("__libc_start_main", out var symbol) && symbol.IsDefined;

    private static bool IsLoader(NativeModule module) => module.Image.DynamicSymbols is { } symbols && symbols.TryFind("_rtld_global", out var symbol) && symbol.IsDefined;

    private static string? Tables(NativeModule module)
    {
        var (image, name) = (module.Image, module.Module.Name);
        if (image.Sections.Length == 0)
            return $"{name} has no section headers, so that what it does with stacks cannot be told";
        if (image.TryFindSection(".gcc_except_table", out _))
            return $"{name} has code that runs when stacks are unwound";
        if (image.TryFindSection(".gopclntab", out _))
            return $"{name} is a Go program, which moves its stacks";
        if (image.DynamicSymbols is not { } symbols)
            return $"{name} has no dynamic symbols, so that what it calls cannot be told";
        foreach (var symbol in symbols)
        {
            var text = symbols.Name(symbol);
            if (text.StartsWith("_Unwind_"u8))
                return $"{name} unwinds stacks ({Encoding.UTF8.GetString(text)})";
            foreach (var (call, what) in Calls)
            {
                if (text.Length == call.Length && text.SequenceEqual(Encoding.ASCII.GetBytes(call)))
                    return $"{name} {what} ({call})";
            }
        }

        return null;
    }
}
