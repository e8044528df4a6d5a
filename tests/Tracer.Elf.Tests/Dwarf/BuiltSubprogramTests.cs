using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Functions in sections made by <see cref="DwarfBuilder"/>: origins, ranges, location lists, constants.</summary>
public sealed class BuiltSubprogramTests
{
    [Fact]
    public void A_clone_takes_name_type_and_parameters_from_its_origin()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var declared = unit.Add(DwarfTag.Subprogram).Named("f").Typed(integer).With(DwarfAttribute.LinkageName, DwarfForm.String, "_Z1fi")
            .With(DwarfAttribute.External, DwarfForm.FlagPresent, 1).With(DwarfAttribute.DeclLine, DwarfForm.Data1, 12).With(DwarfAttribute.Declaration, DwarfForm.FlagPresent, 1);
        var abstractOne = unit.Add(DwarfTag.Subprogram).With(DwarfAttribute.Specification, DwarfForm.Ref4, declared).With(DwarfAttribute.Inline, DwarfForm.Data1, 1);
        abstractOne.Add(DwarfTag.FormalParameter).Named("first").Typed(integer);
        var concrete = unit.Add(DwarfTag.Subprogram).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne)
            .With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x1000).With(DwarfAttribute.HighPc, DwarfForm.Data1, 0x20);
        concrete.Add(DwarfTag.FormalParameter).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne.Children[0])
            .With(DwarfAttribute.ConstValue, DwarfForm.Sdata, -7);
        var caller = unit.Add(DwarfTag.Subprogram).Named("caller").With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x2000).With(DwarfAttribute.HighPc, DwarfForm.Addr, 0x2100);
        caller.Add(DwarfTag.LexicalBlock).Add(DwarfTag.InlinedSubroutine).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne)
            .With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x2010).With(DwarfAttribute.HighPc, DwarfForm.Data1, 4);
        var subprograms = new DwarfReader(dwarf.Build()).Subprograms;

        foreach (string name in (string[])["f", "_Z1fi"])
        {
            var f = Assert.Single(subprograms.Find(name));
            Assert.Equal(("f", "_Z1fi", true, 12L, 0x1000ul, 0x1020ul), (f.Name, f.LinkageName, f.IsExternal, f.Line, f.LowPc, f.HighPc));
            Assert.Equal("int f(int first)", f.ToString());
            Assert.Equal(-7, f.Parameters[0].ConstantValue);
            Assert.False(f.IsInlined);
        }
        var inlined = Assert.Single(subprograms.FindInlined("f"));
        Assert.Equal((0x2010ul, true), (inlined.LowPc, inlined.IsInlined));
        Assert.True(subprograms.TryFindAt(0x20ff, out var found));
        Assert.Equal("caller", found.Name);
        Assert.False(subprograms.TryFindAt(0x2100, out _));
        Assert.Empty(subprograms.Find("nothing"));
    }

    [Fact]
    public void An_inlined_place_has_an_entry_and_its_parameters_in_the_order_of_the_source()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var f = unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.Inline, DwarfForm.Data1, 1);
        var first = f.Add(DwarfTag.FormalParameter).Named("first").Typed(integer);
        var second = f.Add(DwarfTag.FormalParameter).Named("second").Typed(integer);
        var caller = unit.Add(DwarfTag.Subprogram).Named("caller").With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x2000).With(DwarfAttribute.HighPc, DwarfForm.Addr, 0x2100);
        caller.Add(DwarfTag.Variable).Named("outer").Typed(integer);
        var place = caller.Add(DwarfTag.InlinedSubroutine).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, f)
            .With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x2010).With(DwarfAttribute.HighPc, DwarfForm.Data1, 8).With(DwarfAttribute.EntryPc, DwarfForm.Addr, 0x2014);
        place.Add(DwarfTag.FormalParameter).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, second);
        place.Add(DwarfTag.FormalParameter).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, first);
        var block = caller.Add(DwarfTag.LexicalBlock).With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x2040).With(DwarfAttribute.HighPc, DwarfForm.Data1, 0x10);
        block.Add(DwarfTag.Variable).Named("inner").Typed(integer);
        var subprograms = new DwarfReader(dwarf.Build()).Subprograms;
        var inlined = Assert.Single(subprograms.FindInlined("f"));
        Assert.Equal(0x2014ul, inlined.EntryPc);
        Assert.Equal(["first", "second"], inlined.Parameters.Select(p => p.Name));
        Assert.True(subprograms.TryFind("caller", out var outer));
        Assert.Equal(0x2000ul, outer.EntryPc);
        Assert.Equal(["outer"], outer.VariablesAt(0x2000).Select(v => v.Name));
        Assert.Equal(["inner", "outer"], outer.VariablesAt(0x2044).Select(v => v.Name));
    }

    [Fact]
    public void A_class_that_copies_or_destroys_by_its_own_code_is_passed_by_reference()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var plain = unit.Add(DwarfTag.StructureType).Named("plain").Sized(4);
        plain.Add(DwarfTag.Member).Named("x").Typed(integer).At(0);
        plain.Add(DwarfTag.Subprogram).Named("plain").Add(DwarfTag.FormalParameter).Typed(integer);
        plain.Add(DwarfTag.Subprogram).Named("~plain").With(DwarfAttribute.Artificial, DwarfForm.FlagPresent, 1);
        var owner = unit.Add(DwarfTag.StructureType).Named("owner").Sized(4);
        owner.Add(DwarfTag.Subprogram).Named("~owner");
        var copied = unit.Add(DwarfTag.StructureType).Named("copied").Sized(4);
        var reference = unit.Add(DwarfTag.ReferenceType).Typed(unit.Add(DwarfTag.ConstType).Typed(copied));
        copied.Add(DwarfTag.Subprogram).Named("copied").Add(DwarfTag.FormalParameter).Typed(reference);
        var holder = unit.Add(DwarfTag.StructureType).Named("holder").Sized(4);
        holder.Add(DwarfTag.Member).Named("held").Typed(owner).At(0);
        var told = unit.Add(DwarfTag.StructureType).Named("told").Sized(4).With(DwarfAttribute.CallingConvention, DwarfForm.Data1, 4);
        Assert.NotNull(told);
        var types = new DwarfReader(dwarf.Build()).Types;
        Assert.Equal(
            [("plain", false), ("owner", true), ("copied", true), ("holder", true), ("told", true)],
            new[] { "plain", "owner", "copied", "holder", "told" }.Select(n => (n, types.TryFindStruct(n, out var layout) && layout.Type.IsPassedByReference)));
    }

    [Fact]
    public void Range_lists_of_version_5_are_read_in_every_kind()
    {
        var dwarf = new DwarfBuilder
        {
            RngLists =
            [
                4, 1, 2,                                   // offset_pair from the unit's low_pc
                5, 0, 0x10, 0, 0, 0, 0, 0, 0, 4, 0, 8,     // base_address, offset_pair
                6, 0, 0x20, 0, 0, 0, 0, 0, 0, 8, 0x20, 0, 0, 0, 0, 0, 0, // start_end
                7, 0, 0x30, 0, 0, 0, 0, 0, 0, 4,           // start_length
                1, 0, 4, 1, 2,                             // base_addressx, offset_pair
                2, 0, 1,                                   // startx_endx
                3, 1, 5,                                   // startx_length
                0,
            ],
        };
        var unit = dwarf.AddUnit();
        unit.Root.With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x100);
        unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.Ranges, DwarfForm.SecOffset, 0);
        unit.Add(DwarfTag.Variable).With(DwarfAttribute.LowPc, DwarfForm.Addrx, 0x4000).With(DwarfAttribute.HighPc, DwarfForm.Addrx1, 0x4100);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Subprograms.TryFind("f", out var f));
        Assert.Equal([(0x101ul, 0x102ul), (0x1000, 0x1008), (0x2000, 0x2008), (0x3000, 0x3004), (0x4001, 0x4002), (0x4000, 0x4100), (0x4100, 0x4105)],
            f.Ranges.Select(range => (range.Low, range.High)));
        Assert.Empty(reader.Diagnostics);
    }

    [Fact]
    public void Ranges_of_version_4_are_read_with_their_base()
    {
        var dwarf = new DwarfBuilder
        {
            Ranges = Words(0x10, 0x20, ulong.MaxValue, 0x8000, 1, 2, 5, 5, 0, 0),
        };
        var unit = dwarf.AddUnit(version: 4);
        unit.Root.With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x100);
        unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.Ranges, DwarfForm.SecOffset, 0);
        unit.Add(DwarfTag.Subprogram).Named("lost").With(DwarfAttribute.Ranges, DwarfForm.SecOffset, 0x999);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Subprograms.TryFind("f", out var f));
        Assert.Equal([(0x110ul, 0x120ul), (0x8001, 0x8002)], f.Ranges.Select(range => (range.Low, range.High)));
        Assert.True(reader.Subprograms.TryFind("lost", out var lost));
        Assert.Empty(lost.Ranges);
        Assert.Equal("DWARF014", Assert.Single(reader.Diagnostics).Id);
    }

    [Fact]
    public void Location_lists_of_version_4_and_5_say_the_same()
    {
        byte[] entryValue = [0xa3, 1, 0x55, 0x9f];
        var dwarf = new DwarfBuilder
        {
            Loc = [.. Words(0, 4), 1, 0, 0x55, .. Words(4, 9), 4, 0, .. entryValue, .. Words(0, 0)],
            LocLists = [4, 0, 4, 1, 0x55, 9, 0, 0, 4, 4, 9, 4, .. entryValue, 5, 2, 0x91, 0x68, 0],
        };
        foreach (int version in (int[])[3, 5])
        {
            var unit = dwarf.AddUnit(version);
            unit.Root.With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x100);
            var f = unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x100).With(DwarfAttribute.HighPc, DwarfForm.Addr, 0x109);
            f.Add(DwarfTag.FormalParameter).Named("p").With(DwarfAttribute.Location, version < 4 ? DwarfForm.Data4 : DwarfForm.SecOffset, 0);
        }
        var reader = new DwarfReader(dwarf.Build());
        var functions = reader.Subprograms.Find("f");
        Assert.Equal(2, functions.Count);
        foreach (var function in functions)
        {
            var parameter = Assert.Single(function.Parameters);
            Assert.True(parameter.TryGetLocation(0x103, out var location));
            Assert.Equal("DW_OP_reg5 (rdi)", location.ToString());
            Assert.True(parameter.TryGetLocation(0x104, out location));
            Assert.Equal("DW_OP_entry_value (DW_OP_reg5 (rdi)); DW_OP_stack_value", location.ToString());
            Assert.Equal(function == functions[1], parameter.TryGetLocation(0x109, out location));
        }
        Assert.Equal("DW_OP_fbreg -24", functions[1].Parameters[0].Locations[2].Expression.ToString());
        Assert.Empty(reader.Diagnostics);
    }

    /// <summary>Bytes, and the text they are printed as; ? marks what is not understood.</summary>
    public static TheoryData<byte[], string> Expressions => new()
    {
        { [], "" },
        { [0x91, 0x68], "DW_OP_fbreg -24" },
        { [0x77, 8], "DW_OP_breg7 (rsp) 8" },
        { [0x92, 58, 0x78], "DW_OP_bregx 58 (fs.base) -8" },
        { [0x61], "DW_OP_reg17 (xmm0)" },
        { [0x03, 0xf0, 0xde, 0xbc, 0x9a, 0, 0, 0, 0], "DW_OP_addr 0x9abcdef0" },
        { [0x09, 0xff, 0x08, 0xff, 0x0b, 0xfe, 0xff], "DW_OP_const1s -1; DW_OP_const1u 255; DW_OP_const2s -2" },
        { [0x30, 0x4f, 0x22, 0x23, 0x80, 1, 6, 0x94, 4], "DW_OP_lit0; DW_OP_lit31; DW_OP_plus; DW_OP_plus_uconst 128; DW_OP_deref; DW_OP_deref_size 4" },
        { [0x50, 0x93, 8, 0x51, 0x93, 8], "DW_OP_reg0 (rax); DW_OP_piece 8; DW_OP_reg1 (rdx); DW_OP_piece 8" },
        { [0x9e, 2, 0xab, 0xcd], "DW_OP_implicit_value 0xabcd" },
        { [0xf3, 1, 0x54, 0x9f], "DW_OP_GNU_entry_value (DW_OP_reg4 (rsi)); DW_OP_stack_value" },
        { [0x50, 0x02, 0x50], "DW_OP_reg0 (rax); ?" },
        { [0x9e, 0x90, 1], "?" },
        { [0x2f, 0xfd, 0xff], "DW_OP_skip -3" },
        { [0xa3, 2, 0xa3, 0], "DW_OP_entry_value (DW_OP_entry_value ())" },
    };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void An_expression_prints_as_its_operations(byte[] bytes, string expected) => Assert.Equal(expected, new DwarfExpression(bytes).ToString());

    private static byte[] Words(params ulong[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
