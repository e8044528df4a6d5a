using System.Globalization;
using Tracer.Bpf;
using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bench;

/// <summary>A BPF program that does nothing, attached as the ebpf backend attaches its own: what the kernel alone costs a hit.</summary>
internal static class EmptyProgram
{
    /// <summary>Attaches to places of a file in one process, prints <c>attached</c> and detaches at the end of standard input.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="path">The file.</param>
    /// <param name="places">File offsets, decimal.</param>
    public static int Run(int processId, string path, string[] places)
    {
        var gate = LinuxSystemCalls.Instance;
        var offsets = Array.ConvertAll(places, p => ulong.Parse(p, CultureInfo.InvariantCulture));
        try
        {
            using var program = BpfProgram.Load(gate, BpfProgramDefinition.Uprobe(new BpfAssembler().Move(R0, 0).Exit().Assemble()));
            using var link = UprobeMultiLink.Attach(gate, program, new UprobeMultiOptions(path, offsets) { ProcessId = processId });
            Console.WriteLine("attached");
            Console.In.ReadLine();
            return 0;
        }
        catch (BpfException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
