using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Uprobes.Following;

namespace Tracer.Uprobes.Compilation;

/// <summary>The maps that programs of one plan share, by descriptor; made when a program first asks.</summary>
internal interface IProgramMaps
{
    /// <summary>The ring that events go to.</summary>
    int Ring { get; }

    /// <summary>An array for a program's <see cref="StackGuard"/>; null where programs have the stack of the thread that runs them.</summary>
    int? NewGuard();

    /// <summary>Bytes waiting in the ring from which on the reader is woken.</summary>
    int WakeThreshold { get; }

    /// <summary>Array of u64: the plan's counters (<see cref="Core.Plans.CounterLayout"/>).</summary>
    int Losses { get; }

    /// <summary>Which processes' hits count; null when only those of one process come at all.</summary>
    ImageGate? Image { get; }

    /// <summary>The memory of a <see cref="HitMeter"/>; null when hits are not metered.</summary>
    int? Meter { get; }

    /// <summary>Hash from an owner (address u64, executions of its process u64) to the number that these texts of it were told under, u64; 0 while they are being told.</summary>
    int NumbersOf(InternedTexts texts);

    /// <summary>
    /// Hash from (number of an owner's texts u64, key u64) to a number of the owner's (<see cref="Core.Expressions.OwnedExpression"/>), u64. The oldest are dropped when it is
    /// full; those of an owner that has ended are not asked for any more.
    /// </summary>
    int OwnedNumbers { get; }

    /// <summary>An array of one u64: the last number that texts were told under.</summary>
    int LastNumber { get; }

    /// <summary>An array of one u64: what <see cref="RateCompiler"/> counts in.</summary>
    int Rate { get; }

    /// <summary>Array of scratch slots (<see cref="ScratchLayout"/>), one for each CPU and <see cref="ScratchLayout.Spares"/> more.</summary>
    int Scratch { get; }

    /// <summary>The number of scratch slots that belong to a CPU.</summary>
    int Processors { get; }

    /// <summary>Hash from (thread u32, 0 u32, key u64) to a frame's values.</summary>
    int FramesOf(FrameStore store);

    /// <summary>Hash from thread (u64) to its nesting (<see cref="NestingCompiler"/>).</summary>
    int NestingOf(CallNesting nesting);

    /// <summary>Hash from (thread u64, depth u64) to the time of an entry that is deeper than a thread's nesting holds.</summary>
    int DeepTimesOf(CallNesting nesting);

    /// <summary>An array of one u64 whose low half is the generation that new rows belong to.</summary>
    int Generation { get; }

    /// <summary>An array of one value of zeros, as long as the longest row.</summary>
    int Zeros { get; }

    /// <summary>How the keys of a table lie in its maps.</summary>
    KernelKeyLayout KeysOf(Aggregation aggregation);

    /// <summary>
    /// Hash from a key with text fields of that capacity to a row's cells: as many <paramref name="lanes"/> of them (a power of two), <paramref name="stride"/>
    /// bytes apart.
    /// </summary>
    int Rows(Aggregation aggregation, int capacity, out int lanes, out int stride);

    /// <summary>An array of one value that holds the only row of a table without keys, once for each CPU, <paramref name="stride"/> bytes apart.</summary>
    int SingleRow(Aggregation aggregation, out int stride);

    /// <summary>The elements of a variable: hash from (thread u32, 0 u32, one u64 a key) to u64; for a plain global variable an array of one u64.</summary>
    int Elements(Variable variable);
}
