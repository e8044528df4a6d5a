using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Targets;
using Tracer.D.Binding;
using Xunit;

namespace Tracer.D.Tests.Properties;

/// <summary>Thousands of expressions, by gcc as C and by Tracer.D and the evaluator: the same types and the same values.</summary>
public sealed class CompilerOracleTests(ITestOutputHelper output)
{
    private const int Count = 4000;
    private const ulong Start = 0x10000;

    [Fact]
    public void Integers_are_computed_as_gcc_does()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "gcc is not installed");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SHARPTRACE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"SHARPTRACE_SEED={seed}");
        var generator = new ArithmeticGenerator(seed);
        var cases = Enumerable.Range(0, Count).Select(k => generator.Next(1 + k % 5)).ToArray();
        var expected = RunAsC([.. cases.Select(c => c.C)]);
        Assert.Equal(Count, expected.Length);

        var scope = new VariableScope();
        var memory = new VariableMemory();
        var registers = default(RegisterSet);
        var evaluator = new ExpressionEvaluator(in registers, memory, []);
        for (var k = 0; k < Count; k++)
        {
            Assert.True(ExpressionCompiler.TryCompile(cases[k].D, scope, out var expression, out var diagnostics), $"{cases[k].D}\n{Show.Diagnostics(diagnostics)}");
            Assert.Equal(EvaluationStatus.Ok, evaluator.Evaluate(expression, out var value));
            var got = $"{expression.Integer.Size} {(expression.Integer.Signed ? 1 : 0)} {value}";
            Assert.True(expected[k] == got, $"seed {seed}: {cases[k].D}\n  gcc {expected[k]}\n  us  {got}\n  as  {expression}");
        }
    }

    private static string[] RunAsC(string[] expressions)
    {
        var source = new StringBuilder("#include <stdio.h>\n#include <stdint.h>\n#include <stddef.h>\n#include <sys/types.h>\n");
        source.Append("#define R(e) printf(\"%d %d %llu\\n\", (int)sizeof(e), (__typeof__(e))-1 < 1, (unsigned long long)(e));\n");
        for (var k = 0; k < ArithmeticGenerator.Bits.Length * ArithmeticGenerator.Variables.Length; k++)
        {
            var bits = ArithmeticGenerator.Bits[k / ArithmeticGenerator.Variables.Length];
            source.Append(CultureInfo.InvariantCulture, $"volatile {ArithmeticGenerator.Variables[k % ArithmeticGenerator.Variables.Length].CType} v{k} = 0x{bits:x}UL;\n");
        }

        // volatile belongs to no type: (__typeof__(e)) of a variable keeps it, which changes neither size nor sign.
        source.Append("int main(void) {\n").AppendJoin('\n', expressions.Select(e => $"R({e})")).Append("\nreturn 0; }\n");
        var folder = Directory.CreateTempSubdirectory("sharptrace-oracle").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "oracle.c"), source.ToString());
            Run("/usr/bin/gcc", "-w", "-O0", "-std=gnu17", "-fwrapv", "-o", Path.Combine(folder, "oracle"), Path.Combine(folder, "oracle.c"));
            return Run(Path.Combine(folder, "oracle")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {process.ExitCode}\n{errors.Result}");
        return text;
    }

    private sealed class VariableScope : Scope
    {
        public override string Owner => "variables";

        public override IReadOnlyList<string> OwnNames => [];

        public override NameResolution? Resolve(string name) =>
            name[0] == 'v' && int.TryParse(name.AsSpan(1), CultureInfo.InvariantCulture, out var k)
                ? new NameResolution(TypedExpression.Of(Build.Load(Build.Constant(Start), 8 * k, ArithmeticGenerator.Variables[k % ArithmeticGenerator.Variables.Length].Type)))
                : null;
    }

    private sealed class VariableMemory : ITargetMemory
    {
        public int Read(ulong address, Span<byte> destination)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, ArithmeticGenerator.Bits[(int)(address - Start) / 8 / ArithmeticGenerator.Variables.Length]);
            bytes[..destination.Length].CopyTo(destination);
            return destination.Length;
        }
    }
}
