using System.CommandLine;
using Tracer.Core.Diagnostics;
using Tracer.Core.Probes.Declarations;
using Tracer.Linux;

namespace Tracer.Cli.Tracing;

/// <summary><c>--providers FILE</c>: names and types for the arguments of notes, by the users' own provider definitions.</summary>
internal static class ProviderFiles
{
    private const int LargestFile = 1 << 20;

    /// <summary>The option.</summary>
    public static Option<string[]> Option() => new("--providers")
    {
        Description = "Provider definitions, as for dtrace -h, that name and type the arguments of notes; may be given more than once.",
        HelpName = "FILE",
    };

    /// <summary>What the files declare, over what sharptrace brings; null when there are none.</summary>
    /// <exception cref="TracerException">ST0225: a file cannot be read, or is no definition.</exception>
    public static ProviderDeclarations? Read(IReadOnlyList<string>? files)
    {
        ProviderDeclarations? all = null;
        foreach (var file in files ?? [])
        {
            if (!MappedFile.ReadAll(LinuxSystemCalls.Instance, file, LargestFile).TryGet(out var bytes, out var failure))
                throw new TracerException("ST0225", FailureKind.Usage, $"The provider definition '{file}' cannot be read.", $"{failure}.");
            if (!ProviderDeclarations.TryParse(System.Text.Encoding.UTF8.GetString(bytes), out var declared, out var error))
                throw new TracerException("ST0225", FailureKind.Usage, $"'{file}' is no provider definition.", error, "It reads: provider NAME { probe NAME(TYPE NAME, ...); };");
            all = declared.Over(all ?? ProviderDeclarations.BuiltIn);
        }

        return all;
    }
}
