namespace Tracer.Core.Binding;

/// <summary>In which kind of register eight bytes of a value travel.</summary>
internal enum EightByteClass
{
    /// <summary>A general register.</summary>
    Integer,
    /// <summary>The low half of a vector register.</summary>
    Sse,
}
