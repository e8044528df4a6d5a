namespace Tracer.D.Binding;

/// <summary>
/// What debug information adds to a scope: the C types of parameters, types by name, and members of structs. A scope without has the types of
/// Core only, and says so when a member is asked for.
/// </summary>
public interface IDebugTypes
{
    /// <summary>
    /// The type of a parameter by position, when more is known than what Core says: <c>struct request *</c>. Text stays text; the value of a struct or
    /// an array is its address.
    /// </summary>
    DType? TypeOfParameter(int index);

    /// <summary>The type of a name with its tag (<c>struct request</c>) or of a typedef (<c>request_t</c>); null when there is none.</summary>
    DType? FindType(string name);

    /// <summary>The member of a struct, also one of an unnamed struct or union inside it; null when there is none.</summary>
    MemberPlace? FindMember(StructDType type, string name);

    /// <summary>The names of a struct's members, for hints.</summary>
    IReadOnlyList<string> MembersOf(StructDType type);
}
