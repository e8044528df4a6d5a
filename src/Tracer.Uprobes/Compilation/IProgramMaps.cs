using Tracer.Core.Probes;

namespace Tracer.Uprobes.Compilation;

/// <summary>The maps that programs of one plan share, by descriptor; made when a program first asks.</summary>
internal interface IProgramMaps
{
    /// <summary>The ring that events go to.</summary>
    int Ring { get; }

    /// <summary>Bytes waiting in the ring from which on the reader is woken.</summary>
    int WakeThreshold { get; }

    /// <summary>Array of u64: events lost by emission, then frames lost.</summary>
    int Losses { get; }

    /// <summary>Array of scratch slots (<see cref="ScratchLayout"/>), one for each CPU and <see cref="ScratchLayout.Spares"/> more.</summary>
    int Scratch { get; }

    /// <summary>The number of scratch slots that belong to a CPU.</summary>
    int Processors { get; }

    /// <summary>Hash from (thread u32, 0 u32, key u64) to a frame's values.</summary>
    int FramesOf(FrameStore store);
}
