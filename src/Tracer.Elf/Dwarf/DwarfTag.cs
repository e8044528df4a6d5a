namespace Tracer.Elf.Dwarf;

/// <summary>What a debugging information entry describes: the tags this reader or its callers look at (DWARF 5, table 7.3).</summary>
public enum DwarfTag : ushort
{
    /// <summary>No tag; not a value of the standard.</summary>
    None = 0,
    /// <summary>DW_TAG_array_type.</summary>
    ArrayType = 0x01,
    /// <summary>DW_TAG_class_type.</summary>
    ClassType = 0x02,
    /// <summary>DW_TAG_enumeration_type.</summary>
    EnumerationType = 0x04,
    /// <summary>DW_TAG_formal_parameter.</summary>
    FormalParameter = 0x05,
    /// <summary>DW_TAG_imported_declaration.</summary>
    ImportedDeclaration = 0x08,
    /// <summary>DW_TAG_lexical_block.</summary>
    LexicalBlock = 0x0b,
    /// <summary>DW_TAG_member.</summary>
    Member = 0x0d,
    /// <summary>DW_TAG_pointer_type.</summary>
    PointerType = 0x0f,
    /// <summary>DW_TAG_reference_type.</summary>
    ReferenceType = 0x10,
    /// <summary>DW_TAG_compile_unit.</summary>
    CompileUnit = 0x11,
    /// <summary>DW_TAG_string_type.</summary>
    StringType = 0x12,
    /// <summary>DW_TAG_structure_type.</summary>
    StructureType = 0x13,
    /// <summary>DW_TAG_subroutine_type.</summary>
    SubroutineType = 0x15,
    /// <summary>DW_TAG_typedef.</summary>
    Typedef = 0x16,
    /// <summary>DW_TAG_union_type.</summary>
    UnionType = 0x17,
    /// <summary>DW_TAG_unspecified_parameters.</summary>
    UnspecifiedParameters = 0x18,
    /// <summary>DW_TAG_variant.</summary>
    Variant = 0x19,
    /// <summary>DW_TAG_inheritance.</summary>
    Inheritance = 0x1c,
    /// <summary>DW_TAG_inlined_subroutine.</summary>
    InlinedSubroutine = 0x1d,
    /// <summary>DW_TAG_module.</summary>
    Module = 0x1e,
    /// <summary>DW_TAG_ptr_to_member_type.</summary>
    PtrToMemberType = 0x1f,
    /// <summary>DW_TAG_subrange_type.</summary>
    SubrangeType = 0x21,
    /// <summary>DW_TAG_base_type.</summary>
    BaseType = 0x24,
    /// <summary>DW_TAG_const_type.</summary>
    ConstType = 0x26,
    /// <summary>DW_TAG_enumerator.</summary>
    Enumerator = 0x28,
    /// <summary>DW_TAG_subprogram.</summary>
    Subprogram = 0x2e,
    /// <summary>DW_TAG_variable.</summary>
    Variable = 0x34,
    /// <summary>DW_TAG_volatile_type.</summary>
    VolatileType = 0x35,
    /// <summary>DW_TAG_restrict_type.</summary>
    RestrictType = 0x37,
    /// <summary>DW_TAG_interface_type.</summary>
    InterfaceType = 0x38,
    /// <summary>DW_TAG_namespace.</summary>
    Namespace = 0x39,
    /// <summary>DW_TAG_imported_module.</summary>
    ImportedModule = 0x3a,
    /// <summary>DW_TAG_unspecified_type.</summary>
    UnspecifiedType = 0x3b,
    /// <summary>DW_TAG_partial_unit.</summary>
    PartialUnit = 0x3c,
    /// <summary>DW_TAG_imported_unit.</summary>
    ImportedUnit = 0x3d,
    /// <summary>DW_TAG_type_unit.</summary>
    TypeUnit = 0x41,
    /// <summary>DW_TAG_rvalue_reference_type.</summary>
    RvalueReferenceType = 0x42,
    /// <summary>DW_TAG_atomic_type.</summary>
    AtomicType = 0x47,
    /// <summary>DW_TAG_call_site.</summary>
    CallSite = 0x48,
    /// <summary>DW_TAG_call_site_parameter.</summary>
    CallSiteParameter = 0x49,
    /// <summary>DW_TAG_skeleton_unit.</summary>
    SkeletonUnit = 0x4a,
    /// <summary>DW_TAG_immutable_type.</summary>
    ImmutableType = 0x4b,
}
