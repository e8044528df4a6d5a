namespace Tracer.Elf.Sdt.Operands;

/// <summary>
/// The value of an expression: a number plus the load bias none or one time. Differences of addresses are numbers; anything else
/// with a bias in it means nothing.
/// </summary>
/// <param name="Number">The value at link time.</param>
/// <param name="Biases">How many load biases are to be added: 0 or 1.</param>
/// <param name="Error">Why there is no value; null when there is one.</param>
internal readonly record struct AffineValue(ulong Number, int Biases, string? Error)
{
    public static AffineValue Constant(ulong number) => new(number, 0, null);

    public static AffineValue Address(ulong address) => new(address, 1, null);

    public static AffineValue Failed(string error) => new(0, 0, error);

    public static AffineValue Apply(char unary, AffineValue value)
    {
        if (value.Error is not null)
            return value;
        if (value.Biases != 0)
            return Failed($"'{unary}' cannot be applied to an address");
        return Constant(unary switch
        {
            '-' => unchecked(0 - value.Number),
            '~' => ~value.Number,
            _ => value.Number == 0 ? 1u : 0u,
        });
    }

    public static AffineValue Apply(BinaryOperator op, AffineValue left, AffineValue right)
    {
        if (left.Error is not null || right.Error is not null)
            return left.Error is not null ? left : right;
        var biases = op.Text switch
        {
            "+" => left.Biases + right.Biases,
            "-" => left.Biases - right.Biases,
            _ => left.Biases == 0 && right.Biases == 0 ? 0 : -1,
        };
        if (biases is not (0 or 1))
            return Failed($"'{op.Text}' cannot be applied to addresses");
        return op.Apply(left.Number, right.Number) is { } number ? new(number, biases, null) : Failed("division by zero");
    }
}
