namespace Tracer.Elf.Dwarf;

/// <summary>The name of an attribute of an entry: those this reader looks at (DWARF 5, table 7.5; GNU and MIPS extensions).</summary>
public enum DwarfAttribute : ushort
{
    /// <summary>No attribute; ends a list in .debug_abbrev.</summary>
    None = 0,
    /// <summary>DW_AT_sibling.</summary>
    Sibling = 0x01,
    /// <summary>DW_AT_location.</summary>
    Location = 0x02,
    /// <summary>DW_AT_name.</summary>
    Name = 0x03,
    /// <summary>DW_AT_byte_size.</summary>
    ByteSize = 0x0b,
    /// <summary>DW_AT_bit_offset.</summary>
    BitOffset = 0x0c,
    /// <summary>DW_AT_bit_size.</summary>
    BitSize = 0x0d,
    /// <summary>DW_AT_stmt_list.</summary>
    StmtList = 0x10,
    /// <summary>DW_AT_low_pc.</summary>
    LowPc = 0x11,
    /// <summary>DW_AT_high_pc.</summary>
    HighPc = 0x12,
    /// <summary>DW_AT_language.</summary>
    Language = 0x13,
    /// <summary>DW_AT_comp_dir.</summary>
    CompDir = 0x1b,
    /// <summary>DW_AT_const_value.</summary>
    ConstValue = 0x1c,
    /// <summary>DW_AT_inline.</summary>
    Inline = 0x20,
    /// <summary>DW_AT_lower_bound.</summary>
    LowerBound = 0x22,
    /// <summary>DW_AT_producer.</summary>
    Producer = 0x25,
    /// <summary>DW_AT_prototyped.</summary>
    Prototyped = 0x27,
    /// <summary>DW_AT_upper_bound.</summary>
    UpperBound = 0x2f,
    /// <summary>DW_AT_abstract_origin.</summary>
    AbstractOrigin = 0x31,
    /// <summary>DW_AT_accessibility.</summary>
    Accessibility = 0x32,
    /// <summary>DW_AT_artificial.</summary>
    Artificial = 0x34,
    /// <summary>DW_AT_calling_convention.</summary>
    CallingConvention = 0x36,
    /// <summary>DW_AT_count.</summary>
    Count = 0x37,
    /// <summary>DW_AT_data_member_location.</summary>
    DataMemberLocation = 0x38,
    /// <summary>DW_AT_decl_file.</summary>
    DeclFile = 0x3a,
    /// <summary>DW_AT_decl_line.</summary>
    DeclLine = 0x3b,
    /// <summary>DW_AT_declaration.</summary>
    Declaration = 0x3c,
    /// <summary>DW_AT_encoding.</summary>
    Encoding = 0x3e,
    /// <summary>DW_AT_external.</summary>
    External = 0x3f,
    /// <summary>DW_AT_frame_base.</summary>
    FrameBase = 0x40,
    /// <summary>DW_AT_specification.</summary>
    Specification = 0x47,
    /// <summary>DW_AT_type.</summary>
    Type = 0x49,
    /// <summary>DW_AT_entry_pc.</summary>
    EntryPc = 0x52,
    /// <summary>DW_AT_ranges.</summary>
    Ranges = 0x55,
    /// <summary>DW_AT_call_column.</summary>
    CallColumn = 0x57,
    /// <summary>DW_AT_call_file.</summary>
    CallFile = 0x58,
    /// <summary>DW_AT_call_line.</summary>
    CallLine = 0x59,
    /// <summary>DW_AT_object_pointer.</summary>
    ObjectPointer = 0x64,
    /// <summary>DW_AT_signature.</summary>
    Signature = 0x69,
    /// <summary>DW_AT_main_subprogram.</summary>
    MainSubprogram = 0x6a,
    /// <summary>DW_AT_data_bit_offset.</summary>
    DataBitOffset = 0x6b,
    /// <summary>DW_AT_enum_class.</summary>
    EnumClass = 0x6d,
    /// <summary>DW_AT_linkage_name.</summary>
    LinkageName = 0x6e,
    /// <summary>DW_AT_str_offsets_base.</summary>
    StrOffsetsBase = 0x72,
    /// <summary>DW_AT_addr_base.</summary>
    AddrBase = 0x73,
    /// <summary>DW_AT_rnglists_base.</summary>
    RnglistsBase = 0x74,
    /// <summary>DW_AT_dwo_name.</summary>
    DwoName = 0x76,
    /// <summary>DW_AT_alignment.</summary>
    Alignment = 0x88,
    /// <summary>DW_AT_deleted.</summary>
    Deleted = 0x8a,
    /// <summary>DW_AT_defaulted.</summary>
    Defaulted = 0x8b,
    /// <summary>DW_AT_loclists_base.</summary>
    LoclistsBase = 0x8c,
    /// <summary>DW_AT_MIPS_linkage_name.</summary>
    MipsLinkageName = 0x2007,
    /// <summary>DW_AT_GNU_dwo_name.</summary>
    GnuDwoName = 0x2130,
    /// <summary>DW_AT_GNU_dwo_id.</summary>
    GnuDwoId = 0x2131,
    /// <summary>DW_AT_GNU_ranges_base.</summary>
    GnuRangesBase = 0x2132,
    /// <summary>DW_AT_GNU_addr_base.</summary>
    GnuAddrBase = 0x2133,
}
