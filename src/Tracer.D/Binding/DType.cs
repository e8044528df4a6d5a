namespace Tracer.D.Binding;

/// <summary>
/// A type of the language. Core's expressions know integers, floats and text; pointers, arrays and structs are integers with a meaning, and that
/// meaning is kept here.
/// </summary>
public abstract record DType
{
    /// <summary>The size in bytes of a value in memory; zero when it has none (void, string, an incomplete struct).</summary>
    public virtual int Size => 0;
}
