using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>The line of a frame as an expression against the interpreter's own reading of its tables, over the standard library.</summary>
public sealed class PythonLinesTests
{
    private const ulong Frame = 0x10000, CodeObject = 0x11000, Table = 0x12000;

    public static TheoryData<string> Builds() => [.. Pythons.Names.Where(n => !n.EndsWith("-stripped", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Builds))]
    public void Every_instruction_of_the_standard_library_is_at_the_line_the_interpreter_says(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var codes = 0;
        var instructions = 0;
        var version = new PythonVersion(build.Major, build.Minor, 0, build.Feature + ".0");
        foreach (var json in Dump(build))
        {
            using var document = JsonDocument.Parse(json);
            var code = document.RootElement;
            var table = Convert.FromHexString(code.GetProperty("table").GetString()!);
            var first = code.GetProperty("first").GetInt32();
            var line = version.IsAtLeast(3, 11) ? LocationEvaluator(version, table, first) : Evaluator(version, table, first);
            if (!version.IsAtLeast(3, 11))
                Assert.Equal(first, line(-1));
            foreach (var pair in code.GetProperty("lines").EnumerateArray())
            {
                var last = pair[0].GetInt32();
                var expected = pair[1].GetInt32();
                if (line(last) != expected)
                    Assert.Fail($"{code.GetProperty("file")} {code.GetProperty("name")} at {last}: {line(last)} and not {expected}");
                instructions++;
            }

            codes++;
        }

        TestContext.Current.SendDiagnosticMessage($"{name}: {codes} code objects, {instructions} instructions");
        Assert.True(codes > 1000, $"{codes} code objects");
    }

    [Fact]
    public void A_line_set_by_a_trace_function_wins_in_3_10()
    {
        var version = new PythonVersion(3, 10, 13, "3.10.13");
        Assert.Equal(77, Evaluator(version, [2, 1], 5, frameLine: 77)(0));
        Assert.Equal(6, Evaluator(version, [2, 1], 5)(0));
    }

    [Fact]
    public void An_offset_behind_the_table_of_3_10_has_no_line() => Assert.Equal(-1, Evaluator(new PythonVersion(3, 10, 13, "3.10.13"), [2, 1], 5)(9));

    private static Func<int, int> Evaluator(PythonVersion version, byte[] table, int firstLine, int frameLine = 0)
    {
        var layout = PythonLayout.ForVersion(version)!;
        var memory = new BufferMemory(Frame, 0x4000 + table.Length);
        memory.Write64(Frame + (ulong)layout.FrameCode, CodeObject);
        memory.Write32(Frame + (ulong)layout.FrameObject!.Line, frameLine);
        memory.Write32(CodeObject + (ulong)layout.CodeFirstLine, firstLine);
        memory.Write64(CodeObject + (ulong)layout.CodeLineTable, Table);
        memory.Write64(Table + 16, (ulong)table.Length);
        memory.Write(Table + (ulong)layout.BytesData, table);
        var expression = PythonLines.Of(Build.Register(X64Register.Rdi), version, layout);
        return last =>
        {
            memory.Write32(Frame + (ulong)layout.FrameLastInstruction, last);
            var registers = default(RegisterSet);
            registers[X64Register.Rdi] = Frame;
            var evaluator = new ExpressionEvaluator(in registers, memory, []);
            Assert.Equal(EvaluationStatus.Ok, evaluator.Evaluate(expression, out var value));
            return (int)value;
        };
    }

    // The instruction is told by its index, as the frame of 3.10 tells it.
    private static Func<int, int> LocationEvaluator(PythonVersion version, byte[] table, int firstLine)
    {
        var layout = PythonLayout.ForVersion(version)!;
        var memory = new BufferMemory(Frame, 0x4000 + table.Length);
        memory.Write32(CodeObject + (ulong)layout.CodeFirstLine, firstLine);
        memory.Write64(CodeObject + (ulong)layout.CodeLineTable, Table);
        memory.Write64(Table + 16, (ulong)table.Length);
        memory.Write(Table + (ulong)layout.BytesData, table);
        var expression = PythonLines.OfLocationTable(Build.Constant(CodeObject), Build.Register(X64Register.Rdi), layout);
        return last =>
        {
            var registers = default(RegisterSet);
            registers[X64Register.Rdi] = CodeObject + (ulong)layout.InterpreterFrame!.CodeBytecode + (ulong)last * 2;
            var evaluator = new ExpressionEvaluator(in registers, memory, []);
            Assert.Equal(EvaluationStatus.Ok, evaluator.Evaluate(expression, out var value));
            return (int)value;
        };
    }

    private static IEnumerable<string> Dump(PythonBuild build)
    {
        var (program, arguments) = build.Command(Script(), options: ["-W", "ignore"]);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
            yield return line;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static string Script([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "lines.py");
}
