using System.Text;
using Tracer.Elf.Demangling;

namespace Tracer.Fuzz.Targets;

/// <summary>Mangled names of C++ and Rust.</summary>
public sealed class DemanglerTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "demangler";

    /// <inheritdoc/>
    public override int Count => 10_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => OperandTarget.Texts(
        "_ZNSt6vectorIiSaIiEE9push_backERKi", "_ZN3foo3barIJidEEEvDpT_", "_ZZ4mainENKUlvE_clEv", "_ZTVN10__cxxabiv117__class_type_infoE", "_Z1fIXsrSt9is_same_vIT_iEEEvS0_", "_ZNKSt3mapISsiE2atERKSs",
        "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "_RNvNtCs1234_7mycrate3foo3bar", "_RINvCs_1a3fooNtB2_3BarE", "_RNCNvCs_1a4main0B3_", "_RINvC1a1fKj10_KRe616263_E", "_RNvXs_C1aNtB4_1SNtB4_1T1m",
        "_Z1fM1AKFvvE", "_ZN12_GLOBAL__N_11fEv", "_Z3fooIiLi3ELb1EEvT_", "_ZDC1a1bE");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } =
        OperandTarget.Texts("_Z", "_R", "St", "S_", "S0_", "T_", "T0_", "I", "E", "N", "K", "P", "R", "Dp", "J", "L", "X", "sr", "cl", "fL0p_", "B_", "B1_", "17h", "Nv", "Nt", "C", "u8", "D0Ev", "F", "M", "A10_", "_ZZ", "Ul", "Ut_", "z");

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (512L * length) + (8 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var symbol = Encoding.UTF8.GetString(input);
        foreach (var withParameters in (bool[])[true, false])
        {
            var demangled = Demangler.TryDemangle(symbol, out var name, withParameters);
            outcome.Add($"{demangled}");
            if (!demangled)
                continue;
            outcome.Add("length", name.Length);
            foreach (var piece in (string[])["(", "<", "::", "lambda", "...", "[", "decltype", "&&", "{", "*", "const", "operator", "anonymous", "as ", "dyn"])
            {
                if (name.Contains(piece, StringComparison.Ordinal))
                    outcome.Add(piece);
            }
        }
    }
}
