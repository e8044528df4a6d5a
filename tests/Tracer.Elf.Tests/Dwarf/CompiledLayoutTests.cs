using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>layouts.c, compiled by gcc and clang in every version and shape of DWARF, against what the program prints about itself.</summary>
public sealed class CompiledLayoutTests
{
    public static TheoryData<string> Compilations
    {
        get
        {
            var data = new TheoryData<string>();
            for (int version = 2; version <= 5; version++)
            {
                data.Add($"gcc -gdwarf-{version}");
                data.Add($"gcc -gdwarf-{version} -O2");
                data.Add($"gcc -gdwarf-{version} -gstrict-dwarf");
                data.Add($"clang -gdwarf-{version}");
                data.Add($"clang -gdwarf-{version} -O2");
            }
            foreach (int version in (int[])[3, 4, 5])
                data.Add($"gcc -gdwarf-{version} -gdwarf64");
            foreach (int version in (int[])[4, 5])
            {
                data.Add($"gcc -gdwarf-{version} -fdebug-types-section");
                data.Add($"clang -gdwarf-{version} -fdebug-types-section");
                data.Add($"gcc -gdwarf-{version} -gsplit-dwarf");
                data.Add($"clang -gdwarf-{version} -gsplit-dwarf");
                data.Add($"gcc -gdwarf-{version} -gsplit-dwarf -fdebug-types-section");
            }
            data.Add("clang -gdwarf-5 -gdwarf64");
            data.Add("gcc -gdwarf-4 -gz");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Compilations))]
    public void A_program_and_its_debugging_information_agree(string compilation)
    {
        using var fixture = CompiledProgram.Compile(compilation);
        var reader = fixture.Open();
        int compared = 0;
        foreach (string line in fixture.Output)
        {
            string[] words = line.Split(';');
            if (words[0] is "field" or "bits" or "size")
            {
                Assert.True(reader.Types.TryFindStruct(words[1], out var layout), line);
                if (words[0] == "size")
                {
                    Assert.Equal(line, $"size;{words[1]};{layout.ByteSize}");
                }
                else
                {
                    Assert.True(layout.TryGetField(words[2], out var field), line);
                    Assert.Equal(line, words[0] == "field"
                        ? $"field;{words[1]};{words[2]};{field.ByteOffset};{field.ByteSize}"
                        : $"bits;{words[1]};{words[2]};{field.ByteOffset * 8 + field.BitOffset};{field.BitSize}");
                    Assert.Equal(words[0] == "bits", field.IsBitField);
                }
                compared++;
            }
            else if (words[0] == "code")
            {
                Assert.True(reader.Subprograms.TryFind(words[1], out var subprogram), line);
                Assert.Equal(line, $"code;{words[1]};{subprogram.LowPc}");
                Assert.True(reader.Subprograms.TryFindAt(subprogram.LowPc + 1, out var same));
                Assert.Equal(words[1], same.Name);
                Assert.Equal(words[1] == "combine", subprogram.IsExternal);
                compared++;
            }
        }
        Assert.Equal(48, compared);
        Assert.Empty(reader.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(Compilations))]
    public void Types_are_printed_as_in_the_source(string compilation)
    {
        using var fixture = CompiledProgram.Compile(compilation);
        var reader = fixture.Open();
        Assert.True(reader.Types.TryFindStruct("node_alias", out var node));
        string[] expected =
        [
            "struct node *next", "const char *name", "volatile int state", "void (*call)(struct node *, int, ...)", "enum color color", "grid g",
            "long double ld", "_Bool ok", "struct inner in", "anon_t an", "union either e", "const char *const *table[2]",
            "int (*(*handlers)[4])(char)", "struct unknown *opaque", "unsigned __int128 wide", "int flex[]",
        ];
        Assert.Equal(expected, node.Members.Select(member => member.ToString().Replace("__int128 unsigned", "unsigned __int128")));
        Assert.Equal("int x[3][4]", node.Field("g")!.Type.Underlying.Declare("x"));
        Assert.Equal([3L, 4L], node.Field("g")!.Type.Underlying.Dimensions.SelectMany(count => new[] { count ?? 0 })
            .Concat(node.Field("g")!.Type.Underlying.Target.Dimensions.Select(count => count ?? 0)));
        Assert.Equal(["RED=0", "GREEN=5", "BLUE=-3", "HUGE_ONE=2147483647"],
            node.Field("color")!.Type.Enumerators.Select(item => $"{item.Name}={item.Value}"));
        Assert.True(node.Field("opaque")!.Type.Target.IsDeclaration);
        Assert.False(reader.Types.TryFindStruct("unknown", out _));

        Assert.True(reader.Subprograms.TryFind("combine", out var combine));
        Assert.Equal("long combine(int first, struct node *second, const char *third)", combine.ToString().Replace("long int", "long"));
        Assert.All(combine.Parameters, parameter =>
        {
            Assert.True(parameter.TryGetLocation(combine.LowPc, out var location));
            Assert.True(location.TryDecode(out var operations));
            Assert.Single(operations);
        });
        Assert.NotEmpty(combine.FrameBase); // gcc writes a list in DWARF 2, one expression later
        Assert.Empty(reader.Diagnostics);
    }

    [Fact]
    public void A_split_file_that_is_not_given_is_named()
    {
        using var fixture = CompiledProgram.Compile("gcc -gdwarf-5 -gsplit-dwarf");
        var reader = new DwarfReader(DebugFile.Read(fixture.Binary));
        Assert.False(reader.Types.TryFindStruct("node", out _));
        Assert.Equal("DWARF011", Assert.Single(reader.Diagnostics).Id);
    }

    [Fact]
    public void Parameters_at_entry_are_in_the_registers_of_the_calling_convention()
    {
        using var fixture = CompiledProgram.Compile("gcc -gdwarf-5 -O2");
        Assert.True(fixture.Open().Subprograms.TryFind("combine", out var combine));
        var registers = combine.Parameters.Select(parameter =>
        {
            Assert.True(parameter.TryGetLocation(combine.LowPc, out var location));
            location.TryDecode(out var operations);
            return operations[0].Register;
        });
        Assert.Equal([X64Register.Rdi, X64Register.Rsi, X64Register.Rdx], registers);
    }
}
