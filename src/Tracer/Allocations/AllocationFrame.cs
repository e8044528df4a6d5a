namespace Tracer.Allocations;

/// <summary>A function of a stack.</summary>
/// <param name="Function">Its name: the qualified one where there is one.</param>
/// <param name="FileName">Its file.</param>
/// <param name="Line">The line that was executing; null where it has none, or memory is put down to functions.</param>
/// <param name="FirstLine">The line where the function begins, which tells functions of one name apart.</param>
public sealed record AllocationFrame(string Function, string FileName, int? Line, int FirstLine);
