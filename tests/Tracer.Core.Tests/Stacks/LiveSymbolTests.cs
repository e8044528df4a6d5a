using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Core.Stacks;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Targets;
using Tracer.Linux;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>The names and lines of stacks, inlined functions included, against gdb's.</summary>
public sealed partial class LiveSymbolTests
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    [Theory]
    [InlineData("stacks", "calls")]
    [InlineData("stacks", "signal")]
    [InlineData("stacks", "thread")]
    [InlineData("stacks-O0", "calls")]
    [InlineData("stacks-clang", "calls")]
    [InlineData("stacks-fp", "calls")]
    public void Names_and_lines_are_those_of_gdb(string program, string mode) => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.Start(program, mode);
        var thread = mode == "thread" ? LiveStackTests.SecondThread(target.Pid) : target.Pid;
        var frames = Symbolise(target.Pid, thread);
        var gdb = Gdb.Backtrace(target.Pid, mode == "thread" ? 2 : 1);
        Assert.Equal(gdb.Select(f => Simple(f.Name)), frames.Select(f => Simple(f.Function)));
        Assert.Equal(gdb.Select(f => f.IsInlined), frames.Select(f => f.IsInlined));
        // gdb has the line of a return address as that of the call, and so have we.
        Assert.Equal(gdb.Select(f => $"{Simple(f.Name)} {f.Line}"), frames.Select(f => $"{Simple(f.Function)} {f.Line}"));
    });

    [Fact]
    public void Python_in_a_sleep_has_the_names_of_gdb() => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.SleepingPython();
        var frames = Symbolise(target.Pid, target.Pid);
        var gdb = Gdb.Backtrace(target.Pid);
        Assert.Equal(gdb.Select(f => $"{Simple(f.Name)} {f.IsInlined}"), frames.Select(f => $"{Simple(f.Function)} {f.IsInlined}"));
        // Of several lines that start at one address gdb takes that of a statement, we (and addr2line) the last, which the code belongs to.
        Assert.InRange(gdb.Zip(frames).Count(pair => pair.First.Line != pair.Second.Line), 0, frames.Count / 10);
        Assert.Contains(frames, f => f.Function == "_PyEval_EvalFrameDefault" && f.Module == "python3.11");
    });

    [Fact]
    public void A_stripped_program_has_module_and_offset() => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.Start("stacks.stripped", "calls");
        var frames = Symbolise(target.Pid, target.Pid);
        Assert.Contains(frames, f => f.Function == "library_call" && f.Module == "libstacks.so" && f.SourceFile!.EndsWith("library.c", StringComparison.Ordinal));
        var nameless = frames.First(f => f.Function is null);
        Assert.Equal("stacks.stripped", nameless.Module);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"stacks.stripped+0x{nameless.ModuleOffset:x}"), nameless.ToString());
    });

    [Fact]
    public void The_functions_of_a_jit_compiler_are_found_in_its_map() => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.Start("stacks", "calls");
        using var process = new TargetOpener(Kernel).Open(target.Pid);
        using var symboliser = new Symboliser(Kernel, process);
        var path = string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{target.Pid}.map");
        try
        {
            File.WriteAllText(path, "1000 20 LazyCompile:~main a.js:1\n2000 10 two words\nnonsense\n1000 30 replaced\n0x3000 0x8 hexadecimal\n");
            Assert.Equal("replaced+0x4", Assert.Single(symboliser.Resolve(0x1004)).ToString());
            Assert.Equal("replaced+0x30", Assert.Single(symboliser.Resolve(0x1030, isReturnAddress: true)).ToString());
            Assert.Equal("0x1030", Assert.Single(symboliser.Resolve(0x1030)).ToString());
            Assert.Equal("two words+0x0", Assert.Single(symboliser.Resolve(0x2000)).ToString());
            Assert.Equal("hexadecimal+0x1", Assert.Single(symboliser.Resolve(0x3001)).ToString());
        }
        finally
        {
            File.Delete(path);
        }
    });

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    public void Something_else_in_the_place_of_a_map_is_not_opened(string maker) => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.Start("stacks", "calls");
        using var process = new TargetOpener(Kernel).Open(target.Pid);
        using var symboliser = new Symboliser(Kernel, process);
        var path = string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{target.Pid}.map");
        using var made = System.Diagnostics.Process.Start(maker, [path]);
        made.WaitForExit();
        try
        {
            Assert.Equal("0x1004", Assert.Single(symboliser.Resolve(0x1004)).ToString());
        }
        finally
        {
            if (maker == "mkdir")
                Directory.Delete(path);
            else
                File.Delete(path);
        }
    });

    [Fact]
    public void Functions_of_the_vdso_have_names() => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.Start("stacks", "calls");
        using var process = new TargetOpener(Kernel).Open(target.Pid);
        using var symboliser = new Symboliser(Kernel, process);
        Assert.True(process.Vdso!.Image.DynamicSymbols!.TryFind("__vdso_gettimeofday", out var symbol));
        var frame = Assert.Single(symboliser.Resolve(symbol.Value + process.Vdso.LoadBias + 1));
        Assert.EndsWith("gettimeofday+0x1 ([vdso])", frame.ToString());
        // What was found is not looked up again.
        Assert.Same(symboliser.Resolve(symbol.Value + process.Vdso.LoadBias), symboliser.Resolve(symbol.Value + process.Vdso.LoadBias));
    });

    [Fact]
    public void Entries_of_the_plt_have_the_names_that_gdb_gives_them() => StoppedThread.OnOneThread(() =>
    {
        Assert.SkipUnless(File.Exists("/usr/bin/objdump"), "binutils is not installed.");
        using var target = LiveStackTests.Start("stacks", "calls");
        using var process = new TargetOpener(Kernel).Open(target.Pid);
        using var symboliser = new Symboliser(Kernel, process);
        var module = process.Modules.Single(m => m.Name == "stacks");
        using var objdump = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/objdump", ["-d", "-j", ".plt", module.Path])
        {
            RedirectStandardOutput = true,
        })!;
        var count = 0;
        while (objdump.StandardOutput.ReadLine() is { } line)
        {
            // 0000000000001030 <puts@plt>:
            if (!line.EndsWith("@plt>:", StringComparison.Ordinal))
                continue;
            count++;
            var address = Convert.ToUInt64(line[..16], 16) + module.LoadBias;
            var frame = Assert.Single(symboliser.Resolve(address + 3));
            Assert.Equal($"{Elf.Demangling.Demangler.Demangle(line[18..^6])}@plt+0x3 (stacks)", frame.ToString());
        }

        objdump.WaitForExit();
        Assert.InRange(count, 5, 1000);
    });

    [Fact(Explicit = true)]
    public void Measure() => StoppedThread.OnOneThread(() =>
    {
        using var target = LiveStackTests.SleepingPython();
        using var process = new TargetOpener(Kernel).Open(target.Pid);
        using var symboliser = new Symboliser(Kernel, process);
        using var stopped = new StoppedThread(target.Pid);
        var registers = stopped.Registers;
        var unwinder = new StackUnwinder(process.Code);
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        var copy = new byte[16 << 10];
        var slice = new StackSlice();
        slice.Set(registers[Elf.X64Register.Rsp], copy.AsMemory(0, process.Memory.Read(registers[Elf.X64Register.Rsp], copy)));
        var count = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        unwinder.Unwind(registers, slice, frames, out count);
        Report("first unwind", 1);
        for (var i = 0; i < 20_000; i++)
            unwinder.Unwind(registers, slice, frames, out count);
        Report($"unwind of {count} frames from a copy", 20_000);
        for (var i = 0; i < 20_000; i++)
            unwinder.Unwind(registers, process.Memory, frames, out count);
        Report($"unwind of {count} frames from live memory", 20_000);
        _ = frames[..count].SelectMany(symboliser.Resolve).Count();
        Report("first names", 1);
        for (var i = 0; i < 20_000; i++)
        {
            foreach (var frame in frames.AsSpan(0, count))
                symboliser.Resolve(frame);
        }

        Report($"names of {count} frames again", 20_000);

        void Report(string what, int times)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {clock.Elapsed.TotalMicroseconds / times:f2} us"));
            clock.Restart();
        }
    });

    private static List<StackFrameInfo> Symbolise(int pid, int thread)
    {
        using var process = new TargetOpener(Kernel).Open(pid);
        using var symboliser = new Symboliser(Kernel, process);
        using var stopped = new StoppedThread(thread);
        var frames = new NativeFrame[StackUnwinder.DefaultDepth];
        Assert.Equal(StackEnd.Outermost, new StackUnwinder(process.Code).Unwind(stopped.Registers, process.Memory, frames, out var count));
        return [.. frames[..count].SelectMany(symboliser.Resolve)];
    }

    // The last part of a name without arguments: gdb and the linkage name write those in different ways.
    private static string Simple(string? name)
    {
        name = (name ?? "?").Replace("operator()", "operator_call", StringComparison.Ordinal).Replace("(anonymous namespace)", "anonymous", StringComparison.Ordinal);
        for (string before = ""; before != name;)
        {
            before = name;
            name = Arguments().Replace(name, "");
        }

        name = name.Replace(" const", "", StringComparison.Ordinal);
        name = name[(name.LastIndexOf(':') + 1)..];
        return name[(name.LastIndexOf(' ') + 1)..].Split('.')[0];
    }

    [GeneratedRegex(@"<[^<>]*>|\([^()]*\)|\{[^{}]*\}")]
    private static partial Regex Arguments();
}
