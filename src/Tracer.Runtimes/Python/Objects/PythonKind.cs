namespace Tracer.Runtimes.Python.Objects;

/// <summary>As what an object can be read: the nearest of its type's bases whose contents are known.</summary>
public enum PythonKind
{
    /// <summary>Nothing nearer than object: attributes only.</summary>
    Object,
    /// <summary>int of 3.x, long of 2.7.</summary>
    Integer,
    /// <summary>int of 2.7, a C long.</summary>
    SmallInteger,
    /// <summary>bool.</summary>
    Boolean,
    /// <summary>float.</summary>
    Float,
    /// <summary>complex.</summary>
    Complex,
    /// <summary>None.</summary>
    None,
    /// <summary>Ellipsis.</summary>
    Ellipsis,
    /// <summary>NotImplemented.</summary>
    NotImplemented,
    /// <summary>str of 3.x, unicode of 2.7.</summary>
    Text,
    /// <summary>bytes of 3.x, str of 2.7.</summary>
    Bytes,
    /// <summary>bytearray.</summary>
    ByteArray,
    /// <summary>list.</summary>
    List,
    /// <summary>tuple.</summary>
    Tuple,
    /// <summary>dict.</summary>
    Dict,
    /// <summary>set.</summary>
    Set,
    /// <summary>frozenset.</summary>
    FrozenSet,
    /// <summary>BaseException and its subclasses.</summary>
    Exception,
    /// <summary>A class.</summary>
    Type,
    /// <summary>An old-style class of 2.7.</summary>
    OldClass,
    /// <summary>An instance of one.</summary>
    OldInstance,
    /// <summary>A function written in Python.</summary>
    Function,
    /// <summary>A function or method written in C.</summary>
    Builtin,
    /// <summary>A bound method, in 2.7 an unbound one too.</summary>
    Method,
    /// <summary>A module.</summary>
    Module,
    /// <summary>A code object.</summary>
    Code,
    /// <summary>range of 3.x.</summary>
    Range,
    /// <summary>xrange of 2.7.</summary>
    XRange,
    /// <summary>slice.</summary>
    Slice,
    /// <summary>A cell of a closure.</summary>
    Cell,
    /// <summary>A generator, coroutine or asynchronous generator.</summary>
    Generator,
}
