namespace Tracer.Core.Tests.Stacks;

/// <summary>A frame as gdb has it: "None" is the name of one without.</summary>
internal readonly record struct GdbFrame(ulong Pc, string Name, int Line, bool IsInlined);
