using System.Text;
using Tracer.Core.Probes;

namespace Tracer.Fuzz.Targets;

/// <summary>Names of probes as users write them.</summary>
public sealed class ProbeSpecTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "probe-specs";

    /// <inheritdoc/>
    public override int Count => 15_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => OperandTarget.Texts(
        "python:function__entry", "libc:malloc:entry", "fn:main", "/usr/lib/a.so:f:return", "a*:b?", "python:line:app.py:3", "app:request(size: int32, path: string)", "fn:a.out:main+0x10", "line:seed.c:17", "addr:a:0x1139",
        "usdt:a.so:p:n", "native:libm.so*:sin");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } =
        OperandTarget.Texts(":", "*", "?", "[", "]", "+0x", "(", ")", ",", "@", "!", "entry", "return", "fn", "line", "python", "string", "int32", "/", "..", "0xffffffffffffffff", "99999999999");

    /// <inheritdoc/>
    public override int MaximumLength => 4 << 10;

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!ProbeSpec.TryParse(text, out var spec, out var error))
        {
            outcome.Add(error.Split('\'')[0]);
            return;
        }

        _ = spec.ToString();
        outcome.Add($"{spec.Native?.Place.GetType().Name} {spec.Line is null}");
        foreach (var (provider, name) in ((string, string)[])[("python", "function__entry"), ("app", "request"), ("", ""), (text, text), (new string('a', 200), new string('a', 200))])
            outcome.Add($"{spec.Matches(provider, name, "/usr/bin/a.so")}");
    }
}
