using CsCheck;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tests.Code;

public sealed class FunctionBodyTests
{
    [Fact]
    public void Instructions_are_known_by_their_starts()
    {
        // endbr64; push %rbp; mov %rsp, %rbp; jmp to the push.
        var body = FunctionBody.Decode([new CodeBlock(0x1000, new byte[] { 0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xeb, 0xfa })]);
        Assert.Equal([0x1000ul, 0x1004, 0x1005, 0x1008], body.Instructions.Select(i => i.IP));
        Assert.True(body.IsInstruction(0x1005));
        Assert.False(body.IsInstruction(0x1006));
        Assert.Equal([0x1005ul, 0x1008], body.Around(0x1006));
        Assert.True(body.IsJumpTarget(0x1004));
        Assert.Null(body.InvalidAt);
    }

    [Fact]
    public void Bytes_that_are_no_code_end_the_body_and_never_throw() => Gen.Byte.Array[1, 64].Sample(bytes =>
    {
        var body = FunctionBody.Decode([new CodeBlock(0x1000, bytes)]);
        return body.Instructions.All(i => body.Contains(i.IP)) && (body.InvalidAt is null || body.Contains(body.InvalidAt.Value));
    });
}
