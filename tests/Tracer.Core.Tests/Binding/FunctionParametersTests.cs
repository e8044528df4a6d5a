using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Binding;

/// <summary>Parameters of functions described by <see cref="DwarfBuilder"/>.</summary>
public sealed class FunctionParametersTests
{
    private const ulong Low = 0x1000;

    [Fact]
    public void Before_the_prologue_the_abi_tells_where_arguments_are()
    {
        // As gcc -O0 writes it: everything at DW_OP_fbreg, which holds behind the prologue only.
        var (f, _) = Function(f => f, types: ["int", "double", "char *", "float", "short", "bool", "struct small", "struct large", "long", "long", "long"]);
        Assert.Equal(
            [
                "a0: int32 = int32(rdi)", "a1: double = double(xmm0)", "a2: string = string(rsi)", "a3: float = float(uint32(xmm1))", "a4: int16 = int16(rdx)", "a5: uint8 = uint8(rcx)",
                "a6: uint64 = r8", "a7: uint64 = rsp+8", "a8: int64 = int64(r9)", "a9: int64 = loads8(rsp+32)", "a10: int64 = loads8(rsp+40)",
            ],
            AtEntry(f));
    }

    [Fact]
    public void A_result_in_memory_takes_the_first_register()
    {
        var (f, _) = Function(f => f, result: "struct large", types: ["int"]);
        Assert.Equal(["a0: int32 = int32(rsi)"], AtEntry(f));
        Assert.Equal("retval: uint64 = rax", string.Join('|', FunctionParameters.AtReturn(f.ReturnType).Select(b => $"{b.Parameter} = {b.Value}")));
    }

    [Theory]
    [InlineData("int", "retval: int32 = int32(rax)")]
    [InlineData("bool", "retval: uint8 = uint8(rax)")]
    [InlineData("char *", "retval: string = string(rax)")]
    [InlineData("double", "retval: double = double(xmm0)")]
    [InlineData("struct small", "retval: uint64 = rax")]
    [InlineData("struct two", "retval: double = double(xmm0)|retval_high: uint64 = rax")]
    [InlineData("void", "")]
    public void Results_are_where_the_abi_puts_them(string type, string expected)
    {
        var (f, _) = Function(f => f, result: type, types: []);
        Assert.Equal(expected, string.Join('|', FunctionParameters.AtReturn(f.ReturnType).Select(b => $"{b.Parameter} = {b.Value}")));
    }

    [Fact]
    public void Location_lists_are_taken_at_the_address()
    {
        // [0, 8) in rbx, [8, 16) optimised to 7; relative to the unit's low_pc.
        byte[] list = [4, 0, 8, 1, 0x53, 4, 8, 16, 2, 0x37, 0x9f, 0];
        var (f, _) = Function(f => f, location: list, types: ["int"]);
        Assert.Equal(["a0: int32 = int32(rbx)"], AtEntry(f));
        Assert.Equal("7", Within(f, Low + 8));
        Assert.Equal("<unavailable: it is optimised out here>", Within(f, Low + 20));
    }

    [Fact]
    public void A_register_for_the_whole_function_is_not_that_of_its_entry_when_it_is_the_callers()
    {
        // As gcc writes it for functions that are too large for it to follow variables (the evaluation function of CPython 3.13): rbp, where the prologue puts it, and rdi.
        var (f, _) = Function(f => f, whole: [[0x56], [0x55], [0x53]], types: ["long", "char *", "int"]);
        Assert.Equal(["a0: int64 = int64(rdi)", "a1: string = string(rdi)", "a2: int32 = int32(rdx)"], AtEntry(f));
        Assert.Equal(["a0: int64 = int64(rdi)"], AtEntry(Function(f => f, whole: [[0x55]], types: ["long"]).Function));
    }

    [Fact]
    public void A_changed_convention_is_not_guessed()
    {
        var (f, _) = Function(f => f.With(DwarfAttribute.CallingConvention, DwarfForm.Data1, 3), types: ["int"]);
        Assert.Equal(["a0: int32 = <unavailable: the compiler optimised it away>"], AtEntry(f));
    }

    private static string[] AtEntry(DwarfSubprogram function) =>
    [
        .. FunctionParameters.AtEntry(function, new DwarfContext(Low, Build.Offset(Build.Register(X64Register.Rsp), 8)) { FrameBase = function.FrameBase, IsEntry = true }, isGlobal: true)
            .Select(b => $"{b.Parameter} = {b.Value}"),
    ];

    private static string Within(DwarfSubprogram function, ulong address) =>
        FunctionParameters.Within(function, new DwarfContext(address, null) { FrameBase = function.FrameBase }).Single().Value.ToString();

    private static (DwarfSubprogram Function, object Types) Function(
        Func<DwarfEntryBuilder, DwarfEntryBuilder> change, string? result = null, byte[]? location = null, string[]? types = null, byte[][]? whole = null)
    {
        var dwarf = new DwarfBuilder { LocLists = location ?? [] };
        var unit = dwarf.AddUnit();
        unit.Root.With(DwarfAttribute.LowPc, DwarfForm.Addr, (long)Low);
        var known = new Dictionary<string, DwarfEntryBuilder>
        {
            ["int"] = unit.AddBase("int", 4, DwarfEncoding.Signed),
            ["long"] = unit.AddBase("long", 8, DwarfEncoding.Signed),
            ["short"] = unit.AddBase("short", 2, DwarfEncoding.Signed),
            ["char"] = unit.AddBase("char", 1, DwarfEncoding.SignedChar),
            ["bool"] = unit.AddBase("bool", 1, DwarfEncoding.Boolean),
            ["float"] = unit.AddBase("float", 4, DwarfEncoding.Float),
            ["double"] = unit.AddBase("double", 8, DwarfEncoding.Float),
        };
        known["char *"] = unit.Add(DwarfTag.PointerType).Sized(8).Typed(known["char"]);
        known["struct small"] = unit.Add(DwarfTag.StructureType).Named("small").Sized(8);
        known["struct small"].Add(DwarfTag.Member).Named("x").Typed(known["int"]).At(0);
        known["struct small"].Add(DwarfTag.Member).Named("y").Typed(known["float"]).At(4);
        known["struct two"] = unit.Add(DwarfTag.StructureType).Named("two").Sized(16);
        known["struct two"].Add(DwarfTag.Member).Named("x").Typed(known["double"]).At(0);
        known["struct two"].Add(DwarfTag.Member).Named("y").Typed(known["long"]).At(8);
        known["struct large"] = unit.Add(DwarfTag.StructureType).Named("large").Sized(24);
        known["struct large"].Add(DwarfTag.Member).Named("x").Typed(known["long"]).At(16);
        var f = change(unit.Add(DwarfTag.Subprogram).Named("f").With(DwarfAttribute.LowPc, DwarfForm.Addr, (long)Low).With(DwarfAttribute.HighPc, DwarfForm.Data1, 0x40)
            .With(DwarfAttribute.FrameBase, DwarfForm.Exprloc, new byte[] { 0x9c }));
        if (result is not (null or "void"))
            f.Typed(known[result]);
        foreach (var (type, k) in (types ?? []).Select((t, k) => (t, k)))
        {
            var parameter = f.Add(DwarfTag.FormalParameter).Named($"a{k}").Typed(known[type]);
            if (location is null)
                parameter.With(DwarfAttribute.Location, DwarfForm.Exprloc, whole?[k] ?? [0x91, (byte)(0x40 + k)]);
            else
                parameter.With(DwarfAttribute.Location, DwarfForm.SecOffset, 0);
        }

        Assert.True(new DwarfReader(dwarf.Build()).Subprograms.TryFind("f", out var found));
        return (found, known);
    }
}
