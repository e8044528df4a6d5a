using System.Text;
using CsCheck;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Runtimes.Python;

namespace Tracer.Runtimes.Tests.Python;

public sealed class PythonTextTests
{
    private const ulong At = 0x7000_0000;
    private const ulong Elsewhere = At + 4096;
    private const int Ready = 1 << 7;
    private const int Ascii = 1 << 6;
    private const int Compact = 1 << 5;

    private static readonly PythonLayout Layout = PythonLayout.ForVersion(new PythonVersion(3, 8, 18, "3.8.18"))!;

    [Theory]
    [InlineData("fib")]
    [InlineData("")]
    [InlineData("café")]
    [InlineData("работа")]
    [InlineData("🐍.py")]
    [InlineData("mixed é я 🐍")]
    public void Every_way_to_store_a_text_gives_the_text(string text)
    {
        var kind = KindOf(text);
        Assert.Equal(text, Read(CompactObject(text, kind, isAscii: text.All(char.IsAscii))));
        Assert.Equal(text, Read(PointedObject(text, kind)));
        Assert.Equal(text, Read(WideObject(text)));
    }

    [Fact]
    public void Random_texts_are_read_from_every_kind() => Gen.Select(
        Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['\u00c0', '\u00ff'], Gen.Char['\u0400', '\u04ff']), 0, 60], Gen.Int[0, 2]).Sample((text, how) =>
    {
        var kind = KindOf(text);
        var memory = how switch { 0 => CompactObject(text, kind, text.All(char.IsAscii)), 1 => PointedObject(text, kind), _ => WideObject(text) };
        return Read(memory) == text;
    });

    [Fact]
    public void A_bad_pointer_is_a_fault_and_no_text()
    {
        var registers = default(RegisterSet);
        var evaluator = new ExpressionEvaluator(in registers, new BufferMemory(At, 16), []);
        Assert.Equal(EvaluationStatus.Fault, evaluator.ReadText((TextExpression)PythonText.Of(Build.Constant(At), Layout), new byte[64], out _, out _, out _));
    }

    private static string Read(BufferMemory memory)
    {
        var registers = default(RegisterSet);
        var evaluator = new ExpressionEvaluator(in registers, memory, []);
        var buffer = new byte[1024];
        var status = evaluator.ReadText((TextExpression)PythonText.Of(Build.Constant(At), Layout), buffer, out var bytes, out var charset, out _);
        Assert.Equal(EvaluationStatus.Ok, status);
        return TextDecoder.Decode(buffer.AsSpan(0, bytes), charset, truncated: false);
    }

    private static int KindOf(string text) => text.EnumerateRunes().Select(r => r.Value < 0x100 ? 1 : r.Value < 0x10000 ? 2 : 4).DefaultIfEmpty(1).Max();

    private static byte[] Encode(string text, int kind) => (kind switch { 1 => Encoding.Latin1, 2 => Encoding.Unicode, _ => Encoding.UTF32 }).GetBytes(text);

    private static BufferMemory Header(string text, int state)
    {
        var memory = new BufferMemory(At, 8192);
        memory.Write64(At + 16, (ulong)text.EnumerateRunes().Count());
        // The two lowest bits say whether the text is interned and do not matter.
        memory.Write32(At + 32, state | 1);
        return memory;
    }

    private static BufferMemory CompactObject(string text, int kind, bool isAscii)
    {
        var memory = Header(text, Ready | Compact | (isAscii ? Ascii : 0) | (kind << 2));
        memory.Write(At + (isAscii ? 48UL : 72UL), Encode(text, kind));
        return memory;
    }

    private static BufferMemory PointedObject(string text, int kind)
    {
        var memory = Header(text, Ready | (kind << 2));
        memory.Write64(At + 72, Elsewhere);
        memory.Write(Elsewhere, Encode(text, kind));
        return memory;
    }

    // Not ready: kind 0, wstr and wstr_length.
    private static BufferMemory WideObject(string text)
    {
        var memory = Header(text, 0);
        memory.Write64(At + 16, 0);
        memory.Write64(At + 40, Elsewhere);
        memory.Write64(At + 64, (ulong)text.EnumerateRunes().Count());
        memory.Write(Elsewhere, Encode(text, 4));
        return memory;
    }
}
