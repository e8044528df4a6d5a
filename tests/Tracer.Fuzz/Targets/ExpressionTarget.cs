using System.Text;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.D;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.Fuzz.Targets;

/// <summary>The D language: text to tokens to trees to expressions, and their evaluation over memory that is the text itself.</summary>
public sealed class ExpressionTarget : FuzzTarget
{
    private static readonly TargetModule Module = new("/a", "/a", 0);

    private static readonly Probe Probe = new(
        "app", "request", Module, ProbeSource.Usdt,
        [new("size", IntegerType.Int64), new("path", TextType.Instance), new("ratio", FloatType.Double), new("small", IntegerType.UInt8)], []);

    // What a parameter is at the site.
    private static readonly Expression[] Arguments =
        [Build.Constant(7, IntegerType.Int64), Build.CString(Build.Constant(HostileMemory.Base)), new FloatExpression(Build.Constant(0), FloatType.Double), Build.Constant(3, IntegerType.UInt8)];

    /// <inheritdoc/>
    public override string Name => "expressions";

    /// <inheritdoc/>
    public override int Count => 6_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => OperandTarget.Texts(
        "size > 4096 && path == \"/index\"", "pid, tid, execname", "(int)arg0 << 3 | 0x1fULL", "sizeof(struct s) + *(uint32_t *)arg0", "size ? path : \"none\"", "copyinstr(arg1)", "strlen(path) >= 'a'",
        "!(small % 3) ^ ~size / -1", "((struct node *)arg0)->next->value[3]", "timestamp - arg0 /* comment */", "ustack", "\"\\x41\\101\\n\" != path", "&((struct s *)arg0)->m", "-9223372036854775808 / -1");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = OperandTarget.Texts(
        "(", ")", "[", "]", "->", ".", "*", "&", "&&", "||", "^^", "==", "!=", "<=", ">>", "<<", "?", ":", ",", "sizeof", "struct ", "union ", "unsigned long long", "int", "char *", "path", "size", "arg0", "pid", "copyinstr(", "\"", "'",
        "/*", "*/", "\\", "0x", "18446744073709551616", "9223372036854775808", "-", "!", "~", "strlen(", "@a", "this->x", "stringof(", "1.5e400");

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (2048L * length) + (2 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var text = Encoding.UTF8.GetString(input);
        Add(outcome, ExpressionCompiler.TryCompile(text, Probe, out var expression, out var diagnostics), diagnostics, text);
        Add(outcome, ExpressionCompiler.TryCompilePredicate(text, Probe, out var predicate, out diagnostics), diagnostics, text);
        Add(outcome, ExpressionCompiler.TryCompileList(text, Probe, out var items, out diagnostics), diagnostics, text);
        if (ExpressionParser.TryParse(text, out var syntax, out _))
        {
            var printed = SyntaxPrinter.Print(syntax);
            if (!ExpressionParser.TryParse(printed, out var again, out _) || SyntaxOutline.Of(again) != SyntaxOutline.Of(syntax))
                throw new InvalidOperationException($"What is printed is not what was parsed: {printed}");
        }

        foreach (var one in items.Select(i => i.Expression).Append(expression).Append(predicate))
        {
            if (one is not null)
                Evaluate(one, input, outcome);
        }
    }

    private static void Evaluate(Expression expression, byte[] memory, Outcome outcome)
    {
        var bound = ExpressionParts.Replace(expression, e => e is ParameterExpression p ? Arguments[p.Index] : null);
        outcome.Add($"{bound.GetType().Name} {ExpressionPrinter.Print(bound).Length / 32}");
        var registers = default(RegisterSet);
        Span<byte> destination = stackalloc byte[256];
        foreach (var isEndless in (bool[])[false, true])
        {
            var evaluator = new ExpressionEvaluator(ref registers, new HostileMemory(memory, isEndless), []);
            if (bound.Type is IntegerType)
            {
                outcome.Add($"{evaluator.Evaluate(bound, out _)}");
            }
            else if (bound.Type is TextType)
            {
                outcome.Add($"text {evaluator.ReadText(bound, destination, out _, out var charset, out _)} {charset}");
            }
        }
    }

    private static void Add(Outcome outcome, bool isCompiled, IReadOnlyList<ExpressionDiagnostic> diagnostics, string text)
    {
        if (isCompiled == diagnostics.Count > 0)
            throw new InvalidOperationException($"Compiled: {isCompiled}, with {diagnostics.Count} diagnostics.");
        foreach (var diagnostic in diagnostics)
        {
            outcome.Add(diagnostic.Id);
            outcome.Add(diagnostic.Message.Split(' ')[0]);
        }

        var listing = DiagnosticFormatter.Format(diagnostics, text);
        foreach (var c in listing)
        {
            if (char.IsControl(c) && c != '\n')
                throw new InvalidOperationException($"A listing has the control character U+{(int)c:x4}.");
        }
    }
}
