using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.D.Binding;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.D.Tests.Members;

/// <summary>
/// members.c prints its memory, its parameters and what many expressions over them are; the same texts by the types in its DWARF over that memory give the same.
/// </summary>
public sealed class MemberOracleTests
{
    [Theory]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public void Members_are_read_where_gcc_reads_them(string format)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "gcc is not installed");
        var folder = Directory.CreateTempSubdirectory("sharptrace-members").FullName;
        try
        {
            var binary = Path.Combine(folder, "members");
            Run("/usr/bin/gcc", format, "-O1", "-w", "-std=gnu17", "-no-pie", "-o", binary, Path.Combine(Here(), "members.c"));
            Compare(Run(binary).Split('\n', StringSplitOptions.RemoveEmptyEntries), OpenScope(binary));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string[] lines, Scope scope)
    {
        var memory = new RangesMemory();
        var parameters = Array.Empty<ulong>();
        var compared = 0;
        foreach (var line in lines)
        {
            var bar = line.LastIndexOf('|');
            switch (line[0])
            {
                case 'M':
                    memory.Add(ulong.Parse(line.AsSpan(1, bar - 1), CultureInfo.InvariantCulture), Convert.FromHexString(line[(bar + 1)..]));
                    break;
                case 'P':
                    parameters = [.. line[1..].Split(',').Select(p => ulong.Parse(p, CultureInfo.InvariantCulture))];
                    break;
                default:
                    Assert.Equal(line[(bar + 1)..], Evaluate(line[1..bar], scope, memory, parameters));
                    compared++;
                    break;
            }
        }

        Assert.InRange(compared, 70, 1000);
    }

    private static string Evaluate(string text, Scope scope, ITargetMemory memory, ulong[] parameters)
    {
        Assert.True(ExpressionCompiler.TryCompile(text, scope, out var expression, out var diagnostics), $"{text}\n{Show.Diagnostics(diagnostics)}");
        var known = ExpressionParts.Replace(expression, e => e is ParameterExpression p ? Build.Constant(parameters[p.Index]) : null);
        var registers = default(RegisterSet);
        var evaluator = new ExpressionEvaluator(in registers, memory, []);
        if (known is TextExpression address)
        {
            Span<byte> bytes = stackalloc byte[64];
            Assert.Equal(EvaluationStatus.Ok, evaluator.ReadText(address, bytes, out var length, out _, out _));
            return Encoding.UTF8.GetString(bytes[..length]);
        }

        Assert.True(evaluator.Evaluate(known, out var value) == EvaluationStatus.Ok, $"{text}: {known}");
        // A bare char pointer is its text here; V lines never ask for one.
        return value.ToString(CultureInfo.InvariantCulture);
    }

    private static ProbeScope OpenScope(string binary)
    {
        Assert.True(ElfImage.TryParse(File.ReadAllBytes(binary), out var image, out _));
        var reader = new DwarfReader(DwarfFile.Load(image!));
        Assert.True(reader.Subprograms.TryFind("handle", out var function));
        var probe = new Probe(
            "uprobe", "handle", new TargetModule(binary, binary, 0), default, [.. function.Parameters.Select(p => new ProbeParameter(p.Name!, IntegerType.UInt64))], []);
        return new ProbeScope(probe, new DwarfDebugTypes([.. function.Parameters.Select(p => p.Type)], reader.Types));
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private sealed class RangesMemory : ITargetMemory
    {
        private readonly List<(ulong Start, byte[] Bytes)> _ranges = [];

        public void Add(ulong start, byte[] bytes) => _ranges.Add((start, bytes));

        public int Read(ulong address, Span<byte> destination)
        {
            foreach (var (start, bytes) in _ranges)
            {
                if (address < start || address - start >= (ulong)bytes.Length)
                    continue;
                var count = Math.Min(destination.Length, bytes.Length - (int)(address - start));
                bytes.AsSpan((int)(address - start), count).CopyTo(destination);
                return count;
            }

            return 0;
        }
    }
}
