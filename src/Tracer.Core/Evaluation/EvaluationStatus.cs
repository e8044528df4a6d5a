namespace Tracer.Core.Evaluation;

/// <summary>How the evaluation of one value ended. The numbers are part of the record layout.</summary>
public enum EvaluationStatus : byte
{
    /// <summary>The value is there and whole.</summary>
    Ok = 0,
    /// <summary>Text that was longer than the limit; its beginning is there.</summary>
    Truncated = 1,
    /// <summary>Memory could not be read; the value is the address.</summary>
    Fault = 2,
    /// <summary>The value cannot be had at this site; the reason is in the plan's expression.</summary>
    Unavailable = 3,
    /// <summary>Division by zero.</summary>
    DivideByZero = 4,
    /// <summary>A loop reached its limit.</summary>
    LoopLimit = 5,
}
