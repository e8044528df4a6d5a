using System.Buffers.Binary;
using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Python;

/// <summary>Finds out which CPython a file is, from the file alone.</summary>
public static class PythonVersionReader
{
    private const int LongestVersion = 24;
    private const int LongestGetter = 256;

    /// <summary>
    /// The version: the exported <c>Py_Version</c> (3.11 and later), else the string PY_VERSION that the exported <c>Py_GetVersion</c> refers to; null when
    /// the file has neither.
    /// </summary>
    /// <param name="image">A file that exports CPython's C API.</param>
    public static PythonVersion? Read(ElfImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (TryFind(image, "Py_Version", out var constant) && image.DataFrom(constant.Value).Span is { Length: >= 4 } data)
            return PythonVersion.OfHex(BinaryPrimitives.ReadUInt32LittleEndian(data));
        return TryFind(image, "Py_GetVersion", out var getter) ? ReadGetter(image, getter) : null;
    }

    private static bool TryFind(ElfImage image, string name, out ElfSymbol symbol)
    {
        symbol = default;
        return image.DynamicSymbols?.TryFind(name, out symbol) is true || image.SymbolTable?.TryFind(name, out symbol) is true;
    }

    // Python/getversion.c prints PY_VERSION, so the function loads the string's address. Looking for the string itself would find paths that end like it
    // (linkers merge strings by their tails).
    private static PythonVersion? ReadGetter(ElfImage image, ElfSymbol getter)
    {
        var code = image.DataFrom(getter.Value);
        code = code[..(int)Math.Min((ulong)code.Length, Math.Min(getter.Size, LongestGetter))];
        var decoder = Decoder.Create(64, code.ToArray());
        decoder.IP = getter.Value;
        while (decoder.IP < getter.Value + (ulong)code.Length)
        {
            decoder.Decode(out var instruction);
            var address = instruction switch
            {
                { Mnemonic: Mnemonic.Lea, IsIPRelativeMemoryOperand: true } => instruction.IPRelativeMemoryAddress,
                { Mnemonic: Mnemonic.Mov, Op1Kind: OpKind.Immediate32 } => instruction.Immediate32,
                _ => 0UL,
            };
            var text = address == 0 ? default : image.DataFrom(address).Span;
            var length = text[..Math.Min(text.Length, LongestVersion)].IndexOf((byte)0);
            if (length > 0 && PythonVersion.Parse(text[..length]) is { } version)
                return version;
        }

        return null;
    }
}
