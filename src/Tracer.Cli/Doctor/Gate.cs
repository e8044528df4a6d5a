namespace Tracer.Cli.Doctor;

/// <summary>Something that the kernel looks at before it lets a process trace.</summary>
/// <param name="Name">Its name, as the kernel's documentation has it.</param>
/// <param name="Value">How it stands.</param>
/// <param name="Remedy">Where it is closed: the command that opens it, or what it means; null where it is open.</param>
internal sealed record Gate(string Name, string Value, string? Remedy = null);
