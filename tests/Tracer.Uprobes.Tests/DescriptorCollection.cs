namespace Tracer.Uprobes.Tests;

/// <summary>Tests that count this process's descriptors, and so run while nothing else does.</summary>
[CollectionDefinition("descriptors", DisableParallelization = true)]
public sealed class DescriptorCollection;
