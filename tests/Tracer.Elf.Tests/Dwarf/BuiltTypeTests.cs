using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Types in sections made by <see cref="DwarfBuilder"/>: what compilers write rarely, and every form.</summary>
public sealed class BuiltTypeTests
{
    public static TheoryData<int, bool, int> Formats
    {
        get
        {
            var data = new TheoryData<int, bool, int>();
            for (int version = 2; version <= 5; version++)
            {
                foreach (int addressSize in (int[])[4, 8])
                {
                    data.Add(version, false, addressSize);
                    if (version > 2)
                        data.Add(version, true, addressSize);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_structure_is_found_in_every_format(int version, bool wide, int addressSize)
    {
        var dwarf = new DwarfBuilder();
        dwarf.AddUnit(version, wide, addressSize).AddBase("char", 1, DwarfEncoding.SignedChar);
        var unit = dwarf.AddUnit(version, wide, addressSize);
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var point = unit.Add(DwarfTag.StructureType).Named("point").Sized(8).WithSibling();
        point.Add(DwarfTag.Member).Named("x").Typed(integer).At(0);
        point.Add(DwarfTag.Member).Named("y").Typed(integer).At(4);
        point.Add(DwarfTag.Member).Named("up").Typed(unit.Add(DwarfTag.PointerType).Typed(point)).At(8);
        var reader = new DwarfReader(dwarf.Build());

        Assert.True(reader.Types.TryFindStruct("point", out var layout));
        Assert.Equal("struct point {\n    int x;  /* 0 */\n    int y;  /* 4 */\n    struct point *up;  /* 8 */\n};  /* 8 bytes */", layout.ToString());
        Assert.Equal(addressSize, layout.Field("up")!.ByteSize);
        Assert.Same(layout.Type, layout.Field("up")!.Type.Target);
        Assert.Equal((2, 9L), reader.Count());
        Assert.Empty(reader.Diagnostics);
    }

    public static TheoryData<DwarfForm, bool> StringForms => new()
    {
        { DwarfForm.String, false }, { DwarfForm.Strp, false }, { DwarfForm.LineStrp, false }, { DwarfForm.Strx, false }, { DwarfForm.Strx1, false },
        { DwarfForm.Strx2, false }, { DwarfForm.Strx3, false }, { DwarfForm.Strx4, false }, { DwarfForm.GnuStrIndex, false },
        { DwarfForm.Strp, true }, { DwarfForm.Strx2, true }, { DwarfForm.LineStrp, true },
    };

    [Theory]
    [MemberData(nameof(StringForms))]
    public void A_name_is_read_from_every_form(DwarfForm form, bool wide)
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit(wide: wide);
        unit.Root.With(DwarfAttribute.Name, form, "first.c");
        unit.Add(DwarfTag.StructureType).With(DwarfAttribute.Name, form, "mañana").Sized(1);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("mañana", out var layout));
        Assert.Equal("struct mañana", layout.Type.ToString());
        Assert.Empty(reader.Diagnostics);
    }

    [Theory]
    [InlineData(DwarfForm.Ref1)]
    [InlineData(DwarfForm.Ref2)]
    [InlineData(DwarfForm.Ref4)]
    [InlineData(DwarfForm.Ref8)]
    [InlineData(DwarfForm.RefUdata)]
    [InlineData(DwarfForm.RefAddr)]
    public void A_reference_is_followed_in_every_form(DwarfForm form)
    {
        var dwarf = new DwarfBuilder();
        var other = dwarf.AddUnit();
        other.Root.Named("elsewhere.c");
        var unit = dwarf.AddUnit();
        var integer = (form == DwarfForm.RefAddr ? other : unit).AddBase("int", 4, DwarfEncoding.Signed);
        unit.Add(DwarfTag.StructureType).Named("s").Sized(4).Add(DwarfTag.Member).Named("x").With(DwarfAttribute.Type, form, integer).At(0);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("s", out var layout));
        Assert.Equal("int x", layout.Members[0].ToString());
        Assert.Empty(reader.Diagnostics);
    }

    public static TheoryData<DwarfForm, object, long> ConstantForms => new()
    {
        { DwarfForm.Data1, 200, 200 }, { DwarfForm.Data2, 40000, 40000 }, { DwarfForm.Data4, 3000000000, 3000000000 },
        { DwarfForm.Data8, 1L << 40, 1L << 40 }, { DwarfForm.Udata, 300, 300 }, { DwarfForm.Sdata, 300, 300 }, { DwarfForm.ImplicitConst, 77, 77 },
        { DwarfForm.Indirect, (DwarfForm.Data2, (object)515), 515 }, { DwarfForm.Block1, (byte[])[0x23, 0x88, 1], 136 }, { DwarfForm.Exprloc, (byte[])[0x23, 5], 5 },
    };

    [Theory]
    [MemberData(nameof(ConstantForms))]
    public void A_members_offset_is_read_from_every_form(DwarfForm form, object value, long expected)
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        // What stands around it must be passed over in every form, too.
        var s = unit.Add(DwarfTag.StructureType).With(DwarfAttribute.Alignment, form, value).Named("s").With(DwarfAttribute.Producer, DwarfForm.Data16, new byte[16]).Sized(4);
        s.Add(DwarfTag.Member).With(DwarfAttribute.DataMemberLocation, form, value).Named("x").Typed(unit.AddBase("int", 4, DwarfEncoding.Signed));
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("s", out var layout));
        Assert.Equal(expected, layout.Field("x")!.ByteOffset);
        Assert.Empty(reader.Diagnostics);
    }

    [Fact]
    public void Old_and_new_bitfields_are_the_same()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit(version: 4);
        var unsigned = unit.AddBase("unsigned int", 4, DwarfEncoding.Unsigned);
        var s = unit.Add(DwarfTag.StructureType).Named("s").Sized(8);
        // unsigned a : 3 at bit 0, b : 7 at bit 3, c : 5 at bit 40, the last described through a storage unit of 2 bytes at offset 4.
        s.Add(DwarfTag.Member).Named("a").Typed(unsigned).At(0).With(DwarfAttribute.BitSize, DwarfForm.Data1, 3).With(DwarfAttribute.BitOffset, DwarfForm.Data1, 29);
        s.Add(DwarfTag.Member).Named("b").Typed(unsigned).With(DwarfAttribute.BitSize, DwarfForm.Data1, 7).With(DwarfAttribute.DataBitOffset, DwarfForm.Data1, 3);
        s.Add(DwarfTag.Member).Named("c").Typed(unsigned).At(4).Sized(2).With(DwarfAttribute.BitSize, DwarfForm.Data1, 5).With(DwarfAttribute.BitOffset, DwarfForm.Data1, 3);
        Assert.True(new DwarfReader(dwarf.Build()).Types.TryFindStruct("s", out var layout));
        Assert.Equal([(0L, 0, 3, 1L), (0, 3, 7, 2), (5, 0, 5, 1)], layout.Members.Select(m => (m.ByteOffset, m.BitOffset, m.BitSize, m.ByteSize ?? 0)));
        Assert.Equal("unsigned int b : 7", layout.Members[1].ToString());
    }

    [Fact]
    public void A_declaration_is_passed_over_for_the_definition_in_a_later_unit()
    {
        var dwarf = new DwarfBuilder();
        var first = dwarf.AddUnit();
        var declared = first.Add(DwarfTag.StructureType).Named("_frame").With(DwarfAttribute.Declaration, DwarfForm.FlagPresent, 1);
        first.Add(DwarfTag.Typedef).Named("PyFrameObject").Typed(declared);
        var second = dwarf.AddUnit();
        var defined = second.Add(DwarfTag.StructureType).Named("_frame").Sized(48);
        second.Add(DwarfTag.Typedef).Named("PyFrameObject").Typed(defined);
        var found = new DwarfReader(dwarf.Build()).Types.FindStructs(["PyFrameObject", "_frame", "struct _frame", "union _frame", "nothing"]);
        Assert.Equal(["PyFrameObject", "_frame", "struct _frame"], found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, layout => Assert.Equal(48, layout.ByteSize));
    }

    [Fact]
    public void A_search_ends_when_all_is_found()
    {
        var dwarf = new DwarfBuilder();
        dwarf.AddUnit().Add(DwarfTag.StructureType).Named("early").Sized(1);
        dwarf.AddUnit(version: 5).Root.With((DwarfAttribute)0x33, (DwarfForm)0x77, 0); // cannot be read
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("early", out _));
        Assert.Empty(reader.Diagnostics);
        Assert.False(reader.Types.TryFindStruct("late", out _));
        Assert.Equal("DWARF006", Assert.Single(reader.Diagnostics).Id);
    }

    [Fact]
    public void Nested_types_and_base_classes_of_cpp_are_found()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        unit.Root.With(DwarfAttribute.Language, DwarfForm.Data1, 0x21); // DW_LANG_C_plus_plus_14
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var outer = unit.Add(DwarfTag.Namespace).Named("n").Add(DwarfTag.ClassType).Named("outer").Sized(12);
        var inner = outer.Add(DwarfTag.StructureType).Named("inner").Sized(4);
        inner.Add(DwarfTag.Member).Named("deep").Typed(integer).At(0);
        outer.Add(DwarfTag.Inheritance).Typed(inner).At(8);
        outer.Add(DwarfTag.Member).Named("count").Typed(integer).With(DwarfAttribute.External, DwarfForm.FlagPresent, 1).With(DwarfAttribute.Declaration, DwarfForm.FlagPresent, 1);
        var types = new DwarfReader(dwarf.Build()).Types;
        Assert.True(types.TryFindStruct("inner", out _));
        Assert.True(types.TryFindStruct("outer", out var layout));
        Assert.Equal(8, layout.Field("deep")!.ByteOffset);
        Assert.Null(layout.Field("count"));
    }

    [Fact]
    public void Arrays_without_and_with_no_items_are_told_apart()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var s = unit.Add(DwarfTag.StructureType).Named("s").Sized(4);
        void AddArray(string name, DwarfAttribute? bound, DwarfForm form, object value)
        {
            var array = unit.Add(DwarfTag.ArrayType).Typed(integer);
            var range = array.Add(DwarfTag.SubrangeType);
            if (bound is { } attribute)
                range.With(attribute, form, value);
            s.Add(DwarfTag.Member).Named(name).Typed(array).At(0);
        }
        AddArray("flexible", null, default, 0);
        AddArray("zero_by_count", DwarfAttribute.Count, DwarfForm.Data1, 0);
        AddArray("zero_by_sdata", DwarfAttribute.UpperBound, DwarfForm.Sdata, -1);
        AddArray("zero_by_data4", DwarfAttribute.UpperBound, DwarfForm.Data4, 0xffffffff);
        AddArray("byte_bound", DwarfAttribute.UpperBound, DwarfForm.Data1, 255);
        AddArray("huge", DwarfAttribute.Count, DwarfForm.Data8, long.MaxValue);
        Assert.True(new DwarfReader(dwarf.Build()).Types.TryFindStruct("s", out var layout));
        Assert.Equal([null, 0L, 0L, 0L, 1024L, null], layout.Members.Select(member => member.ByteSize));
        Assert.Equal(["int flexible[]", "int zero_by_count[0]"], layout.Members.Take(2).Select(member => member.ToString()));
    }

    [Fact]
    public void A_supplementary_file_is_followed_when_given_and_named_when_not()
    {
        var shared = new DwarfBuilder();
        var partial = shared.AddUnit(kind: DwarfUnitKind.Partial);
        var integer = partial.AddBase("int", 4, DwarfEncoding.Signed);
        partial.Add(DwarfTag.StructureType).With(DwarfAttribute.Name, DwarfForm.Strp, "shared").Sized(4);
        var supplementary = shared.Build();

        var dwarf = new DwarfBuilder { Supplementary = supplementary };
        var s = dwarf.AddUnit().Add(DwarfTag.StructureType).With(DwarfAttribute.Name, DwarfForm.GnuStrpAlt, 0).Sized(4);
        s.Add(DwarfTag.Member).Named("x").With(DwarfAttribute.Type, DwarfForm.GnuRefAlt, integer).At(0);
        s.Add(DwarfTag.Member).Named("y").With(DwarfAttribute.Type, DwarfForm.RefSup4, integer).At(0);
        s.Add(DwarfTag.Member).Named("z").With(DwarfAttribute.Type, DwarfForm.RefSup8, integer).At(0);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("shared", out var layout)); // by the name that is in the other file
        Assert.Equal(["int x", "int y", "int z"], layout.Members.Select(member => member.ToString()));
        Assert.Empty(reader.Diagnostics);

        dwarf.Supplementary = null;
        reader = new DwarfReader(dwarf.Build());
        Assert.False(reader.Types.TryFindStruct("shared", out _));
        Assert.Contains("DWARF012", reader.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_type_unit_is_found_by_its_signature(int version)
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit(version);
        unit.Add(DwarfTag.Typedef).Named("alias").With(DwarfAttribute.Type, DwarfForm.RefSig8, 0x1122334455667788);
        unit.Add(DwarfTag.Typedef).Named("lost").With(DwarfAttribute.Type, DwarfForm.RefSig8, 0x99);
        var typeUnit = dwarf.AddUnit(version, kind: DwarfUnitKind.Type, signature: 0x1122334455667788);
        typeUnit.AddBase("int", 4, DwarfEncoding.Signed);
        typeUnit.SignatureType = typeUnit.Add(DwarfTag.StructureType).Named("real").Sized(24);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("alias", out var layout));
        Assert.Equal(("real", 24L), (layout.Name, layout.ByteSize));
        Assert.Empty(reader.Diagnostics);
        Assert.False(reader.Types.TryFindStruct("lost", out _));
        Assert.Equal("DWARF013", Assert.Single(reader.Diagnostics).Id);
    }
}
