using Tracer.Core.Stacks.Threads;

namespace Tracer.Core.Pictures;

/// <summary>The frames of interpreted code that a picture shows, innermost first, in groups: each is run by one call of the function that runs them.</summary>
/// <param name="Groups">The groups, each with an address in the stack frame of that call, or 0.</param>
/// <param name="IsWhole">Whether the stack ends with the last of them; else the picture does.</param>
public sealed record PicturedStack(IReadOnlyList<(ulong Mark, IReadOnlyList<InterpreterFrameInfo> Frames)> Groups, bool IsWhole);
