using CsCheck;
using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Sections that lie, loop or break off: fewer answers and a diagnostic, nothing worse.</summary>
public sealed class HostileDwarfTests
{
    [Fact]
    public void Typedefs_in_a_circle_are_no_structure()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var one = unit.Add(DwarfTag.Typedef).Named("one");
        one.Typed(unit.Add(DwarfTag.Typedef).Named("two").Typed(one));
        var pointer = unit.Add(DwarfTag.PointerType);
        unit.Add(DwarfTag.Typedef).Named("p").Typed(pointer.Typed(pointer));
        var constant = unit.Add(DwarfTag.ConstType);
        unit.Add(DwarfTag.Typedef).Named("c").Typed(constant.Typed(constant));
        var types = new DwarfReader(dwarf.Build()).Types;
        Assert.False(types.TryFindStruct("one", out _));
        foreach (string name in (string[])["one", "p", "c"])
        {
            Assert.True(types.TryFindType(name, out var type));
            Assert.InRange(type.Target.Declare("x").Length, 1, 2000);
            Assert.True(type.ByteSize is null or 8);
        }
    }

    [Fact]
    public void A_structure_within_itself_is_searched_in_bounds()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var s = unit.Add(DwarfTag.StructureType).Named("s").Sized(4);
        for (int i = 0; i < 10; i++)
            s.Add(DwarfTag.Member).Typed(s).At(1);
        s.Add(DwarfTag.Member).Named("self").Typed(s).At(1);
        Assert.True(new DwarfReader(dwarf.Build()).Types.TryFindStruct("s", out var layout));
        Assert.False(layout.TryGetField("nothing", out _));
        Assert.Equal(3, layout.Field("self.self.self")!.ByteOffset);
        Assert.Contains("struct s self", layout.ToString());
    }

    [Fact]
    public void A_function_type_that_takes_itself_many_times_prints_short()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var function = unit.Add(DwarfTag.SubroutineType);
        for (int i = 0; i < 50; i++)
            function.Add(DwarfTag.FormalParameter).Typed(function);
        unit.Add(DwarfTag.Typedef).Named("f").Typed(function);
        Assert.True(new DwarfReader(dwarf.Build()).Types.TryFindType("f", out var type));
        Assert.InRange(type.Target.ToString().Length, 10, 5000);
    }

    [Fact]
    public void A_sibling_that_points_back_is_not_followed()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        unit.Root.With(DwarfAttribute.Language, DwarfForm.Data1, 0x0c); // DW_LANG_C99: its structures are passed over whole
        var back = unit.AddBase("int", 4, DwarfEncoding.Signed);
        unit.Add(DwarfTag.StructureType).Named("a").Sized(1).With(DwarfAttribute.Sibling, DwarfForm.Ref4, back).Add(DwarfTag.Member).Named("m").Typed(back);
        unit.Add(DwarfTag.StructureType).Named("b").Sized(1);
        var reader = new DwarfReader(dwarf.Build());
        Assert.True(reader.Types.TryFindStruct("b", out _));
        Assert.Equal("DWARF009", Assert.Single(reader.Diagnostics).Id);
    }

    /// <summary>Bytes of .debug_info to overwrite in a unit of version 5, and the diagnostic that follows.</summary>
    public static TheoryData<int, byte[], string> Lies => new()
    {
        { 0, [0xff, 0xff, 0, 0], "DWARF001" },             // longer than the section
        { 0, [0xf5, 0xff, 0xff, 0xff], "DWARF001" },       // a reserved length
        { 0, [0xff, 0xff, 0xff, 0xff], "DWARF001" },       // a 64-bit length out of the following bytes
        { 0, [3, 0, 0, 0], "DWARF001" },                   // ends within its header
        { 4, [9, 0], "DWARF002" },
        { 6, [0x55], "DWARF003" },
        { 7, [3], "DWARF003" },
        { 8, [0, 0xff, 0xff, 0x7f], "DWARF004" },
        { 13, [0x60], "DWARF005" },                        // the second entry
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_in_a_unit_is_named(int offset, byte[] bytes, string id)
    {
        var dwarf = new DwarfBuilder();
        dwarf.AddUnit().Add(DwarfTag.StructureType).Named("a").Sized(1);
        var sections = dwarf.Build();
        byte[] info = sections.Info.ToArray();
        bytes.CopyTo(info, offset);
        var reader = new DwarfReader(new DwarfSections { Info = info, Abbrev = sections.Abbrev });
        reader.Types.TryFindStruct("nothing", out _);
        Assert.Contains(id, reader.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void Every_truncation_is_survived()
    {
        var sections = Mixed();
        for (int length = 0; length < sections.Info.Length; length++)
            Use(Replace(sections, sections.Info[..length], sections.Abbrev));
        for (int length = 0; length < sections.Abbrev.Length; length++)
            Use(Replace(sections, sections.Info, sections.Abbrev[..length]));
    }

    [Fact]
    public void Mutations_of_built_sections_are_survived() => Mutate(Mixed(), 8_000);

    [Theory]
    [InlineData("gcc -gdwarf-2 -O2")]
    [InlineData("gcc -gdwarf-4 -O2 -fdebug-types-section")]
    [InlineData("gcc -gdwarf-5 -O2")]
    [InlineData("clang -gdwarf-5 -O2")]
    public void Mutations_of_compiled_sections_are_survived(string compilation)
    {
        using var fixture = CompiledProgram.Compile(compilation);
        Mutate(DebugFile.Read(fixture.Binary), 1_500);
    }

    [Fact]
    public void One_long_list_of_ranges_for_many_functions_is_given_up()
    {
        byte[] list = [.. Enumerable.Range(0, 20_000).SelectMany(_ => (byte[])[4, 1, 2]), 0];
        var dwarf = new DwarfBuilder { RngLists = list };
        var unit = dwarf.AddUnit();
        for (int i = 0; i < 1_000; i++)
            unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.Ranges, DwarfForm.SecOffset, 0);
        var reader = new DwarfReader(dwarf.Build());
        Assert.False(reader.Subprograms.TryFindAt(0x999, out _));
        Assert.Equal("DWARF014", Assert.Single(reader.Diagnostics).Id);
        Assert.Equal(1_000, reader.Subprograms.Find("f").Count);
    }

    [Fact]
    public void Mutations_of_a_real_library_are_survived() => Mutate(DebugFile.Read(RealFiles.LibPythonPath("2.7")), 60);

    [Fact]
    public void Many_units_with_overlapping_abbreviations_stay_within_bounds()
    {
        // 20,000 units, each naming another offset of one table of 200 KB: together 4 GB, were each parsed.
        byte[] abbrev = [.. Enumerable.Repeat((byte[])[1, 0x11, 0, 0, 0], 40_000).SelectMany(bytes => bytes), 0];
        byte[] info = [.. Enumerable.Range(0, 20_000).SelectMany(i => (byte[])[8, 0, 0, 0, 4, 0, (byte)(i * 5), (byte)(i * 5 >> 8), (byte)(i * 5 >> 16), 0, 8, 1])];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(new DwarfSections { Info = info, Abbrev = abbrev });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 60_000_000);
    }

    private static void Mutate(DwarfSections sections, int count)
    {
        var mutations = Gen.Select(Gen.Int[0, 5], Gen.Double[0, 1], Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const((byte)0x7f), Gen.Const((byte)0xff))).Array[1, 12];
        mutations.Sample(changes =>
        {
            ReadOnlyMemory<byte>[] parts = [sections.Info, sections.Abbrev, sections.LocLists, sections.RngLists, sections.Types, sections.Loc];
            foreach (var (part, where, value) in changes)
            {
                if (parts[part].IsEmpty)
                    continue;
                byte[] bytes = parts[part].ToArray();
                bytes[(int)(where * (bytes.Length - 1))] = value;
                parts[part] = bytes;
            }
            Use(new DwarfSections
            {
                Info = parts[0],
                Abbrev = parts[1],
                LocLists = parts[2],
                RngLists = parts[3],
                Types = parts[4],
                Loc = parts[5],
                Str = sections.Str,
                LineStr = sections.LineStr,
                StrOffsets = sections.StrOffsets,
                Addr = sections.Addr,
                Ranges = sections.Ranges,
                Supplementary = sections.Supplementary,
                Split = sections.Split,
            });
        }, iter: count, threads: 1);
    }

    private static DwarfSections Replace(DwarfSections sections, ReadOnlyMemory<byte> info, ReadOnlyMemory<byte> abbrev) => new()
    {
        Info = info,
        Abbrev = abbrev,
        Str = sections.Str,
        StrOffsets = sections.StrOffsets,
        Addr = sections.Addr,
        Types = sections.Types,
        Supplementary = sections.Supplementary,
    };

    /// <summary>Asks everything there is to ask; whatever is thrown fails the test, and so does what takes too long.</summary>
    private static void Use(DwarfSections sections)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        var reader = new DwarfReader(sections);
        reader.Count();
        var names = (string[])["node", "node_alias", "anon_t", "bits", "packed", "s", "point", "shared", "alias", "unheard of"];
        foreach (var layout in reader.Types.FindStructs(names).Values)
        {
            _ = layout.ToString();
            layout.TryGetField("in.pos.x", out _);
            layout.TryGetField("x", out _);
            foreach (var member in layout.Members)
                _ = (member.ByteSize, member.Type.Underlying.Enumerators, member.Type.Layout?.Members.Count, member.Type.Target.Dimensions, member.Type.Target.Definition.IsPassedByReference);
        }
        reader.Types.TryFindType("color", out _);
        foreach (var subprogram in reader.Subprograms.Find("combine").Concat(reader.Subprograms.Find("f")).Concat(reader.Subprograms.FindInlined("f")))
        {
            _ = subprogram.ToString();
            foreach (var parameter in subprogram.Parameters)
            {
                foreach (var location in parameter.Locations)
                    _ = location.Expression.ToString();
            }
            _ = (subprogram.FrameBase.Count, subprogram.EntryPc, subprogram.VariablesAt(subprogram.LowPc).Count, subprogram.ReturnType.IsPassedByReference);
        }
        reader.Subprograms.TryFindAt(0x401176, out _);
        Assert.InRange(reader.Diagnostics.Count, 0, 256);
        Assert.True(started.ElapsedMilliseconds < 5_000, $"{started.ElapsedMilliseconds} ms");
    }

    /// <summary>A little of everything: versions, formats, type units, a supplementary file, functions with lists.</summary>
    private static DwarfSections Mixed()
    {
        var shared = new DwarfBuilder();
        var integerElsewhere = shared.AddUnit(kind: DwarfUnitKind.Partial).AddBase("int", 4, DwarfEncoding.Signed);
        var dwarf = new DwarfBuilder
        {
            Supplementary = shared.Build(),
            LocLists = [4, 0, 4, 1, 0x55, 4, 4, 9, 3, 0xa3, 1, 0x55, 5, 1, 0x9c, 0],
            RngLists = [4, 0, 9, 4, 0x20, 0x29, 0],
            Loc = [.. new byte[8], 4, .. new byte[7], 1, 0, 0x55, .. new byte[16]],
        };
        foreach (int version in (int[])[2, 3, 4, 5])
        {
            var unit = dwarf.AddUnit(version, wide: version == 3, addressSize: version == 2 ? 4 : 8);
            unit.Root.With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x401170).With(DwarfAttribute.HighPc, DwarfForm.Addr, 0x401200);
            var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
            var s = unit.Add(DwarfTag.StructureType).With(DwarfAttribute.Name, DwarfForm.Strp, "s").Sized(16).WithSibling();
            s.Add(DwarfTag.Member).Named("x").Typed(integer).At(0);
            s.Add(DwarfTag.Member).Named("y").With(DwarfAttribute.Type, DwarfForm.GnuRefAlt, integerElsewhere).At(4);
            s.Add(DwarfTag.Member).Typed(unit.Add(DwarfTag.UnionType).Sized(4)).At(8);
            unit.Add(DwarfTag.Typedef).With(DwarfAttribute.Name, DwarfForm.Strx1, "alias").With(DwarfAttribute.Type, DwarfForm.RefSig8, 7);
            var abstractOne = unit.Add(DwarfTag.Subprogram).Named("f").Typed(integer);
            abstractOne.Add(DwarfTag.FormalParameter).Named("first").Typed(integer);
            var concrete = unit.Add(DwarfTag.Subprogram).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne)
                .With(DwarfAttribute.Ranges, DwarfForm.SecOffset, 0).With(DwarfAttribute.FrameBase, DwarfForm.Exprloc, (byte[])[0x9c]);
            concrete.Add(DwarfTag.FormalParameter).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne.Children[0])
                .With(DwarfAttribute.Location, DwarfForm.SecOffset, 0);
            concrete.Add(DwarfTag.InlinedSubroutine).With(DwarfAttribute.AbstractOrigin, DwarfForm.Ref4, abstractOne).With(DwarfAttribute.LowPc, DwarfForm.Addr, 0x401180);
        }
        foreach (int version in (int[])[4, 5])
        {
            var unit = dwarf.AddUnit(version, kind: DwarfUnitKind.Type, signature: 7);
            unit.SignatureType = unit.Add(DwarfTag.StructureType).Named("real").Sized(24);
        }
        return dwarf.Build();
    }
}
