namespace Tracer.Cli.Tests.Faults;

/// <summary>A session told what is not so.</summary>
internal sealed class UntrueException(string message) : Exception(message);
