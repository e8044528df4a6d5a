namespace Tracer.Core.Probes;

/// <summary>An instruction by its address as the file was linked, as <c>objdump -d</c> shows it.</summary>
/// <param name="Address">The link-time address.</param>
public sealed record AddressPlace(ulong Address) : NativePlace
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Address:x}";
}
