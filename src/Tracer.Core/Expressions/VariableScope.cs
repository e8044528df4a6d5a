namespace Tracer.Core.Expressions;

/// <summary>Who shares a variable.</summary>
public enum VariableScope
{
    /// <summary>All threads of the traced processes.</summary>
    Global,
    /// <summary>Each thread has its own; it ends with the thread.</summary>
    Thread,
}
