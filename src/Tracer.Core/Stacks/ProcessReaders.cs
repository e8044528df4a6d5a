using Tracer.Core.Pictures;

namespace Tracer.Core.Stacks;

/// <summary>What turns values of a process's events into names and text. Not thread-safe: for the thread that gets the events, or after the last of them.</summary>
/// <param name="Stacks">Names the frames of stacks.</param>
/// <param name="Pictures">Reads pictures of values.</param>
public sealed record ProcessReaders(StackNames Stacks, PictureReaders Pictures);
