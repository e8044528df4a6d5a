using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Binding;

public sealed class MemberAccessTests
{
    [Theory]
    [InlineData("", "rdi")]
    [InlineData("->name", "string(load8(rdi+8))")]
    [InlineData(".name", "string(load8(rdi+8))")]
    [InlineData("name", "string(load8(rdi+8))")]
    [InlineData("->next->name", "string(load8(load8(rdi)+8))")]
    [InlineData("->next.next", "load8(load8(rdi))")]
    [InlineData("[2].number", "loads4(rdi+128)")]
    [InlineData("->label", "string(rdi+16)")]
    [InlineData("->label[3]", "loads1(rdi+19)")]
    [InlineData("->number", "loads4(rdi+32)")]
    [InlineData("->grid[1][2]", "loads4(rdi+20)")]
    [InlineData("->flag", "uint32(((uint64(load1(rdi+36)) << 59) >> 61))")]
    public void A_path_becomes_an_expression(string path, string expected)
    {
        Assert.True(MemberAccess.TryFollow(Build.Register(X64Register.Rdi), Pointer(), path, out var member, out var problem), problem);
        Assert.Equal(expected, member.Value.ToString());
    }

    [Theory]
    [InlineData("->nam", "struct node has no member 'nam'; did you mean 'name'")]
    [InlineData("->number.x", "int is no structure and has no member 'x'")]
    [InlineData("->number[0]", "int cannot be indexed")]
    [InlineData("->label[8]", "[8] is outside char [8]")]
    [InlineData("->grid[0]x", "'x' does not begin with a member")]
    [InlineData("->", "'->' does not begin with a member")]
    [InlineData("[x]", "'[x]' does not begin with a number in brackets")]
    [InlineData("[1", "'[1' does not begin with a number in brackets")]
    [InlineData("->hidden->x", "struct secret is declared here and defined nowhere in this file")]
    public void What_is_wrong_is_one_clause(string path, string expected)
    {
        Assert.False(MemberAccess.TryFollow(Build.Register(X64Register.Rdi), Pointer(), path, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void An_unavailable_argument_says_its_own_reason()
    {
        Assert.False(MemberAccess.TryFollow(new UnavailableExpression(IntegerType.UInt64, "it is gone"), Pointer(), "->name", out _, out var problem));
        Assert.Equal("it is gone", problem);
    }

    private static DwarfType Pointer()
    {
        var dwarf = new DwarfBuilder();
        var unit = dwarf.AddUnit();
        var integer = unit.AddBase("int", 4, DwarfEncoding.Signed);
        var unsigned = unit.AddBase("unsigned int", 4, DwarfEncoding.Unsigned);
        var character = unit.AddBase("char", 1, DwarfEncoding.SignedChar);
        var text = unit.Add(DwarfTag.PointerType).Sized(8).Typed(character);
        var label = unit.Add(DwarfTag.ArrayType).Typed(character);
        label.Add(DwarfTag.SubrangeType).With(DwarfAttribute.UpperBound, DwarfForm.Data1, 7);
        var grid = unit.Add(DwarfTag.ArrayType).Typed(integer);
        grid.Add(DwarfTag.SubrangeType).With(DwarfAttribute.UpperBound, DwarfForm.Data1, 1);
        grid.Add(DwarfTag.SubrangeType).With(DwarfAttribute.UpperBound, DwarfForm.Data1, 2);
        var secret = unit.Add(DwarfTag.StructureType).Named("secret").With(DwarfAttribute.Declaration, DwarfForm.FlagPresent, 1);
        var node = unit.Add(DwarfTag.StructureType).Named("node").Sized(48);
        var pointer = unit.Add(DwarfTag.PointerType).Sized(8).Typed(node);
        node.Add(DwarfTag.Member).Named("next").Typed(pointer).At(0);
        node.Add(DwarfTag.Member).Named("name").Typed(text).At(8);
        node.Add(DwarfTag.Member).Named("label").Typed(label).At(16);
        var either = unit.Add(DwarfTag.UnionType).Sized(4);
        either.Add(DwarfTag.Member).Named("number").Typed(integer);
        node.Add(DwarfTag.Member).Typed(either).At(32);
        node.Add(DwarfTag.Member).Named("flag").Typed(unsigned).With(DwarfAttribute.BitSize, DwarfForm.Data1, 3).With(DwarfAttribute.DataBitOffset, DwarfForm.Udata, 36 * 8 + 2);
        node.Add(DwarfTag.Member).Named("grid").Typed(grid).At(0);
        node.Add(DwarfTag.Member).Named("hidden").Typed(unit.Add(DwarfTag.PointerType).Sized(8).Typed(secret)).At(40);
        unit.Add(DwarfTag.Typedef).Named("handle").Typed(pointer);
        Assert.True(new DwarfReader(dwarf.Build()).Types.TryFindType("handle", out var type));
        return type;
    }
}
