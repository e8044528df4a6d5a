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

    [Fact]
    public void References_and_base_classes_of_cpp_are_seen_through()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/g++"), "g++ is not installed");
        (string Text, string Expected)[] cases =
        [
            ("req.id", "int32: loads4(parameter0+4)"),
            ("req.b", "int32: loads4(parameter0)"),
            ("p->b + p->id", "int32: (loads4(parameter1) + loads4(parameter1+4))"),
            ("p->inner.id", "int32: loads4(load8(parameter1+8)+4)"),
            ("p->inner->id", "error ST0611 1-12: struct request is no pointer; hint: write .id"),
            ("p->inner.inner.b", "int32: loads4(load8(load8(parameter1+8)+8))"),
            ("count + 1", "int32: (loads4(parameter2) + 1)"),
            ("arg2", "int64: int64(parameter2)"),
            ("req.nothing", "error ST0611 5-11: struct request has no member nothing; hint: it has id, inner, kind"),
            ("p->kind == 2", "int32: int32((int32(load1(parameter1+16)) == 2))"),
            ("sizeof(request)", "uint64: 24"),
            ("req", "error ST0608 1-3: struct request as a whole has no value to show; hint: it has id, inner, kind"),
        ];
        var folder = Directory.CreateTempSubdirectory("sharptrace-members").FullName;
        try
        {
            var source = Path.Combine(folder, "members.cc");
            File.WriteAllText(
                source,
                "enum class mode : unsigned char { A, B, C }; struct base { int b; }; struct request : base { int id; request &inner; mode kind; };\n"
                + "extern \"C\" int handle(request &req, const request *p, int &&count) { return req.id + p->inner.id + count; }\n");
            Run("/usr/bin/g++", "-g", "-shared", "-fPIC", "-o", Path.Combine(folder, "members.so"), source);
            var scope = OpenScope(Path.Combine(folder, "members.so"));
            foreach (var (text, expected) in cases)
                Assert.Equal(expected, ExpressionCompiler.TryCompile(text, scope, out var expression, out var diagnostics) ? Show.Value(expression) : Show.Diagnostics(diagnostics));
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
