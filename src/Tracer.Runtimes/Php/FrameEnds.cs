using System.Buffers.Binary;
using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Where a frame is given up: <c>zend_leave_helper</c> (Zend/zend_vm_def.h), which a return leads to, an exception that nothing in the function catches, <c>exit</c>, and the end of a file. It is in
/// the machine as a label and as a function, which no symbol names; it begins with the one test of all the flags that make leaving more than usual work.
/// </summary>
internal static class FrameEnds
{
    // ZEND_CALL_CODE, _TOP, _ALLOCATED, _FREE_EXTRA_ARGS and _HAS_SYMBOL_TABLE are bits 16 to 20 since 8.0; _HAS_EXTRA_NAMED_PARAMS is another.
    private const uint TestedFlags = 0x1f0000;
    private const uint LowerFlags = 0x1fffff;
    private const int Near = 8;

    /// <summary>The sites, with the frame in r14.</summary>
    public static IReadOnlyList<ulong> Find(VirtualMachine machine)
    {
        var sites = new List<ulong>();
        foreach (var segment in machine.Image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Execute) != 0))
        {
            if (!machine.Image.TryGetSegmentData(segment, out var data))
                continue;
            foreach (var at in Tests(data))
            {
                if (machine.Search.PlaceOf(segment.VirtualAddress + (ulong)at) is { } place && SiteOf(place) is { } site && !sites.Contains(site))
                    sites.Add(site);
            }
        }

        return sites;
    }

    // test imm32, r32: f7 /0, for eax also a9.
    private static List<int> Tests(ReadOnlyMemory<byte> data)
    {
        var bytes = data.Span;
        var found = new List<int>();
        for (var at = 0; at + 6 <= bytes.Length; at++)
        {
            var length = bytes[at] == 0xa9 ? 1 : bytes[at] == 0xf7 && (bytes[at + 1] & 0xf8) == 0xc0 ? 2 : 0;
            if (length != 0 && (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + length)..]) & LowerFlags) == TestedFlags)
                found.Add(at);
        }

        return found;
    }

    private static ulong? SiteOf(CodePlace place)
    {
        var test = place.Instruction;
        if (test is not { Mnemonic: Mnemonic.Test, Op0Kind: OpKind.Register, Op1Kind: OpKind.Immediate32 } || (test.Immediate32 & LowerFlags) != TestedFlags || !IsOfFlags(place, test.Op0Register))
            return null;
        var facts = new InstructionFacts();
        for (var k = place.Index + 1; k < place.Code.Count && k - place.Index <= Near; k++)
        {
            if (place.Code[k].IsJccShortOrNear)
                return place.Code[k].IP;
            if (place.Code[k].FlowControl != FlowControl.Next || facts.Writes(place.Code[k], VirtualMachine.FrameRegister))
                break;
        }

        return null;
    }

    // mov EX_CALL_INFO(), register
    private static bool IsOfFlags(CodePlace place, Register register)
    {
        for (var k = place.Index - 1; k >= 0 && place.Index - k <= Near; k--)
        {
            var before = place.Code[k];
            if (before is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Memory } && before.Op0Register == register)
                return before.MemoryBase == VirtualMachine.FrameRegister && before.MemoryIndex == Register.None && before.MemoryDisplacement64 == PhpLayout.FrameFlags;
            if (before.FlowControl != FlowControl.Next)
                break;
        }

        return false;
    }
}
