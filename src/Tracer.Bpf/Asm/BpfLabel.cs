namespace Tracer.Bpf;

/// <summary>A place in a program under assembly, made by <see cref="BpfAssembler.NewLabel"/> and usable before it is bound.</summary>
public readonly record struct BpfLabel
{
    internal BpfLabel(int number) => Number = number;

    /// <summary>Number within its assembler, from 1; 0 is the default value and belongs to none.</summary>
    internal int Number { get; }
}
