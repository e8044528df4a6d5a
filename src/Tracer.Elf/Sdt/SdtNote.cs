namespace Tracer.Elf.Sdt;

/// <summary>
/// One probe site of .note.stapsdt (systemtap, "UserSpaceProbeImplementation"). Several notes of one provider and name are
/// several sites of one probe, each with operands of its own.
/// </summary>
/// <param name="Provider">The provider, as <c>python</c>.</param>
/// <param name="Name">The probe's name, as <c>function__entry</c>.</param>
/// <param name="Location">The link-time address of the probed instruction, corrected for prelink.</param>
/// <param name="LocationFileOffset">Its file offset in bytes; null when it lies in no segment.</param>
/// <param name="Base">The link-time address of .stapsdt.base as the note has it; 0 for none.</param>
/// <param name="Semaphore">The link-time address of the 16-bit semaphore, corrected for prelink; 0 for none.</param>
/// <param name="SemaphoreFileOffset">Its file offset in bytes; null when there is none or it lies in no segment's file bytes.</param>
/// <param name="Arguments">The operand text, arguments separated by spaces; empty for none.</param>
/// <param name="NoteOffset">Where the note is in the file, in bytes.</param>
public sealed record SdtNote(
    string Provider,
    string Name,
    ulong Location,
    ulong? LocationFileOffset,
    ulong Base,
    ulong Semaphore,
    ulong? SemaphoreFileOffset,
    string Arguments,
    ulong NoteOffset);
