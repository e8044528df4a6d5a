using System.Globalization;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>Refuses addresses that are no instruction's: the kernel would plant a breakpoint in the middle of one and corrupt the program.</summary>
internal static class InstructionCheck
{
    /// <summary>What is wrong with an address of a function, one sentence without its end; null when an instruction starts there.</summary>
    public static string? Problem(FunctionBody? body, string function, ulong address)
    {
        if (body is null)
            return $"the bounds of {function} are unknown, and with them its instructions";
        if (body.IsInstruction(address))
            return null;
        var where = Offset(body, address);
        if (!body.Contains(address))
            return string.Create(CultureInfo.InvariantCulture, $"{function}{where} is outside the function, which has {body.Blocks[0].Bytes.Length} bytes");
        if (body.InvalidAt is { } bad && address >= bad)
            return $"the code of {function} is not understood from {Offset(body, bad)} on";
        return $"{function}{where} is in the middle of an instruction; the nearest start at {string.Join(" and ", body.Around(address).Select(a => Offset(body, a)))}";
    }

    private static string Offset(FunctionBody body, ulong address) => string.Create(CultureInfo.InvariantCulture, $"+0x{unchecked(address - body.Start):x}");
}
