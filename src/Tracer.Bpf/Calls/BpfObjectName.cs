using System.Runtime.CompilerServices;

namespace Tracer.Bpf;

/// <summary>BPF_OBJ_NAME_LEN bytes: a name of at most 15 characters and a NUL.</summary>
[InlineArray(Length)]
internal struct BpfObjectName
{
    public const int Length = 16;

    private byte _first;

    /// <summary>Cuts <paramref name="name"/> to 15 characters; those the kernel refuses (bpf_obj_name_cpy) become underscores.</summary>
    public static BpfObjectName From(string name)
    {
        var result = default(BpfObjectName);
        for (var i = 0; i < Math.Min(name.Length, Length - 1); i++)
            result[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '_' or '.' ? (byte)name[i] : (byte)'_';
        return result;
    }
}
