namespace Tracer.Elf.Demangling.Itanium;

/// <summary>What a node of a demangled name is; which fields of <see cref="Node"/> it uses is said behind it.</summary>
internal enum NodeKind : byte
{
    Text,            // Text
    StandardName,    // Text: the short form, Extra: the full form, Base: the name of its constructor
    Qualified,       // A::B
    Template,        // A<List>
    Pack,            // List: the arguments that a pack parameter stands for
    PackExpansion,   // A...
    Encoding,        // B(List), returning A if not null; Qualifiers
    Special,         // Text, A
    ConstructionTable, // A in B
    Constructor,     // of the class A
    Destructor,      // of the class A
    Conversion,      // operator A
    LiteralOperator, // operator"" A
    Lambda,          // List: parameters, Number
    Unnamed,         // Number
    Tagged,          // A[abi:Text]
    Local,           // A::B, A an encoding
    DefaultArgument, // {default arg#Number}::A
    Bindings,        // List: a structured binding
    Clone,           // A [clone Text]

    Pointer,         // A
    LvalueReference, // A
    RvalueReference, // A
    Qualifier,       // A Text: const, volatile and others written behind
    Function,        // A(List); Qualifiers, Text: noexcept and its like
    Array,           // A [B]
    MemberPointer,   // B A::*
    Vector,          // A __vector(B)
    Decltype,        // A
    Forward,         // Number: a template parameter that is known when the name has been read; A then
    Auto,            // Number: the parameter of a generic lambda

    Literal,         // A: type, Text: digits
    Unary,           // Text, A
    Postfix,         // Text, A
    Binary,          // Text, A, B
    Index,           // A[B]
    Conditional,     // A ? B : C
    Call,            // A(List)
    Cast,            // (A)(List)
    NamedCast,       // Text<A>(B)
    BracedList,      // A{List}, A may be null
    PackLength,      // sizeof...(A)
    TypeOperator,    // Text (A)
    New,             // Text (List) A (Others)
    Fold,            // Text, A, B; Number: 'l', 'r', 'L', 'R'
}
