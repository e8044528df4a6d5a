namespace Tracer.Bpf;

/// <summary>Kinds of BTF types (BTF_KIND_*, include/uapi/linux/btf.h).</summary>
public enum BtfKind
{
    /// <summary>void, or nothing.</summary>
    Void = 0,

    /// <summary>Integer.</summary>
    Integer = 1,

    /// <summary>Pointer.</summary>
    Pointer = 2,

    /// <summary>Array.</summary>
    Array = 3,

    /// <summary>struct.</summary>
    Struct = 4,

    /// <summary>union.</summary>
    Union = 5,

    /// <summary>enum of 32 bits.</summary>
    Enum = 6,

    /// <summary>Forward declaration.</summary>
    Forward = 7,

    /// <summary>typedef.</summary>
    Typedef = 8,

    /// <summary>volatile.</summary>
    Volatile = 9,

    /// <summary>const.</summary>
    Const = 10,

    /// <summary>restrict.</summary>
    Restrict = 11,

    /// <summary>Function; its id is what a kernel function call names.</summary>
    Function = 12,

    /// <summary>Function prototype.</summary>
    FunctionPrototype = 13,

    /// <summary>Variable.</summary>
    Variable = 14,

    /// <summary>Data section.</summary>
    DataSection = 15,

    /// <summary>Floating point number.</summary>
    Float = 16,

    /// <summary>Declaration tag.</summary>
    DeclarationTag = 17,

    /// <summary>Type tag.</summary>
    TypeTag = 18,

    /// <summary>enum of 64 bits.</summary>
    Enum64 = 19,
}
