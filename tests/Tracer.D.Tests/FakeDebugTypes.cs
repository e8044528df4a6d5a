using Tracer.Core.Expressions;
using Tracer.D.Binding;

namespace Tracer.D.Tests;

/// <summary>
/// <c>struct request { int id; struct request *next; char *uri; char method[8]; struct { uint32_t flags : 4, level : 3; } ; struct peer peer; double load; short ports[3]; }</c>
/// and <c>struct peer { uint16_t port; }</c>; <c>struct opaque</c> is only declared.
/// </summary>
internal sealed class FakeDebugTypes : IDebugTypes
{
    private static readonly StructDType Request = new("struct request", 64, "request");
    private static readonly StructDType Peer = new("struct peer", 2, "peer");
    private static readonly StructDType Opaque = new("struct opaque", 0, "opaque");

    private static readonly Dictionary<string, MemberPlace[]> Members = new()
    {
        ["request"] =
        [
            new("id", 0, new IntegerDType(IntegerType.Int32)),
            new("next", 8, new PointerDType(Request)),
            new("uri", 16, new PointerDType(new IntegerDType(IntegerType.Int8))),
            new("method", 24, new ArrayDType(new IntegerDType(IntegerType.Int8), 8)),
            new("flags", 32, new IntegerDType(IntegerType.UInt32), 0, 4),
            new("level", 32, new IntegerDType(IntegerType.Int32), 4, 3),
            new("peer", 36, Peer),
            new("load", 40, new FloatDType(FloatType.Double)),
            new("ports", 48, new ArrayDType(new IntegerDType(IntegerType.Int16), 3)),
        ],
        ["peer"] = [new("port", 0, new IntegerDType(IntegerType.UInt16))],
        ["opaque"] = [],
    };

    public DType? TypeOfParameter(int index) => index switch
    {
        0 or 1 => new PointerDType(Request),
        2 => new IntegerDType(IntegerType.UInt8),
        3 => new PointerDType(Opaque),
        _ => null,
    };

    public DType? FindType(string name) => name switch
    {
        "struct request" or "request_t" => Request,
        "struct peer" => Peer,
        "struct opaque" => Opaque,
        _ => null,
    };

    public MemberPlace? FindMember(StructDType type, string name) =>
        Members[(string)type.Key!].Where(m => m.Name == name).Select(m => (MemberPlace?)m).FirstOrDefault();

    public IReadOnlyList<string> MembersOf(StructDType type) => [.. Members[(string)type.Key!].Select(m => m.Name)];
}
