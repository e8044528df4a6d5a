using System.Buffers.Binary;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// The tables of the virtual machine of PHP 8 (Zend/zend_vm_gen.php), which no symbol names: <c>specs[]</c> has for every opcode the index of its first handler and by what
/// handlers are told apart, <c>labels[]</c> has the handlers' addresses, which for the HYBRID machine are labels in execute_ex.
/// </summary>
internal sealed class HandlerTable
{
    private const int Opcodes = 256;

    // Machines have had 3,300 handlers and more since 8.0.
    private const int FewestHandlers = 1000;
    private const int FewestInExecutor = 500;

    // Zend/zend_vm_execute.h: the rules are in the upper half of an entry. Calls are told apart by whether their result is used and whether calls are observed.
    private const uint IndexMask = 0xffff;
    private const uint RulesOfCalls = 0x02080000; // SPEC_RULE_RETVAL | SPEC_RULE_OBSERVER

    private readonly uint[] _first;
    private readonly IReadOnlyList<ulong> _handlers;

    private HandlerTable(uint[] first, IReadOnlyList<ulong> handlers) => (_first, _handlers) = (first, handlers);

    /// <summary>The tables of a file, or null with a reason in one clause.</summary>
    public static HandlerTable? Find(ElfImage image, CodeBlock executor, out string? problem)
    {
        var labels = CodePointerRun.Find(image, FewestHandlers).Where(r => r.Targets.Count <= IndexMask && r.Targets.Count(executor.Contains) >= FewestInExecutor)
            .DistinctBy(r => r.Address).ToArray();
        var found = labels.SelectMany(l => Specifications(image, l.Targets.Count).Select(s => new HandlerTable(s, l.Targets))).Take(2).ToArray();
        problem = found.Length switch
        {
            1 => null,
            0 => labels.Length == 0 ? "its virtual machine is not of the HYBRID kind, whose handlers are in execute_ex" : "the table of its opcodes' handlers was not found",
            _ => "several tables may be that of its opcodes' handlers",
        };
        return problem is null ? found[0] : null;
    }

    /// <summary>The addresses of all handlers.</summary>
    public IReadOnlyList<ulong> Handlers => _handlers;

    /// <summary>The addresses of an opcode's handlers, each once.</summary>
    public IReadOnlyList<ulong> Of(PhpOpcode opcode)
    {
        var first = _first[(int)opcode];
        var next = _first.Where(f => f > first).DefaultIfEmpty((uint)_handlers.Count).Min();
        // The last of all stands for those that are not used.
        return [.. Enumerable.Range((int)first, (int)(Math.Min(next, (uint)_handlers.Count - 1) - first)).Select(k => _handlers[k]).Where(h => h != _handlers[^1]).Distinct()];
    }

    // ZEND_NOP has one handler and comes first, ZEND_ADD has 25; opcodes that are not there have the last handler.
    private static IEnumerable<uint[]> Specifications(ElfImage image, int handlers)
    {
        foreach (var segment in image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Write) == 0))
        {
            if (!image.TryGetSegmentData(segment, out var data))
                continue;
            for (var at = 0; at + (Opcodes * sizeof(uint)) <= data.Length; at += sizeof(uint))
            {
                var bytes = data.Span[at..];
                if (Entry(bytes, 0) == 0 && (Entry(bytes, 1) & IndexMask) == 1 && (Entry(bytes, 2) & IndexMask) == 26 && IsTable(bytes, handlers))
                    yield return [.. Enumerable.Range(0, Opcodes).Select(k => Entry(data.Span[at..], k) & IndexMask)];
            }
        }
    }

    private static bool IsTable(ReadOnlySpan<byte> bytes, int handlers)
    {
        if (Entry(bytes, Opcodes - 1) != handlers - 1)
            return false;
        foreach (var call in (ReadOnlySpan<PhpOpcode>)[PhpOpcode.DoFunctionCall, PhpOpcode.DoInternalCall, PhpOpcode.DoUserCall, PhpOpcode.DoFunctionCallByName])
        {
            if ((Entry(bytes, (int)call) & ~IndexMask) != RulesOfCalls)
                return false;
        }

        for (var k = 0; k < Opcodes; k++)
        {
            if ((Entry(bytes, k) & IndexMask) >= handlers)
                return false;
        }

        return true;
    }

    private static uint Entry(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(index * sizeof(uint))..]);
}
