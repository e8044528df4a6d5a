using Tracer.Runtimes.Python;

namespace Tracer.Fuzz.Targets;

/// <summary>The versions whose layouts are known.</summary>
internal static class PythonSamples
{
    public static IReadOnlyList<PythonVersion> Versions { get; } =
        [new(2, 7, 18, "2.7.18"), .. Enumerable.Range(6, 10).Select(minor => new PythonVersion(3, minor, 1, $"3.{minor}.1"))];

    /// <summary>What a flag of a type says its instances are, and what else decides how memory is read.</summary>
    public static IReadOnlyList<byte[]> Words { get; } =
    [
        .. Enumerable.Range(9, 23).Select(bit => BitConverter.GetBytes(1UL << bit)),
        .. Enumerable.Range(0, 16).Select(k => BitConverter.GetBytes(HostileMemory.Base + ((ulong)k * 0x40))),
        BitConverter.GetBytes(0UL), BitConverter.GetBytes(1UL), BitConverter.GetBytes(ulong.MaxValue), BitConverter.GetBytes(long.MaxValue), BitConverter.GetBytes(uint.MaxValue),
        .. new[] { "int\0", "str\0", "dict\0", "set\0", "list\0", "tuple\0", "float\0", "complex\0", "bool\0", "NoneType\0", "bytearray\0", "function\0", "builtin_function_or_method\0", "module\0", "method\0", "code\0", "generator\0", "frozenset\0", "range\0", "slice\0" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];
}
