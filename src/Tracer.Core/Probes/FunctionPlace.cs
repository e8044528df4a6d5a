namespace Tracer.Core.Probes;

/// <summary>A function, or an instruction of it.</summary>
/// <param name="Function">Glob of the name as symbol tables or the source have it; in C++ also <c>space::type::name</c>.</param>
/// <param name="Offset">Bytes from the function's first instruction; 0 is its entry, with its inlined instances.</param>
public sealed record FunctionPlace(string Function, ulong Offset) : NativePlace
{
    /// <summary>Whether the name is a pattern and not one name.</summary>
    public bool IsGlob => Function.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <inheritdoc/>
    public override string ToString() => Offset == 0 ? Function : $"{Function}+0x{Offset:x}";
}
