using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>Functions. A new one is a row of <see cref="Functions"/>.</summary>
internal sealed partial class ExpressionBinder
{
    private static readonly Dictionary<string, Func<ExpressionBinder, CallSyntax, TypedExpression?>> Functions = new()
    {
        ["copyinstr"] = static (binder, call) => binder.BindText(call),
        ["stringof"] = static (binder, call) => binder.BindText(call),
    };

    // What D has and this version cannot express; they deserve a better answer than 'unknown'.
    private static readonly HashSet<string> Missing =
    [
        "strlen", "strjoin", "strstr", "strchr", "strrchr", "strtok", "substr", "index", "rindex", "basename", "dirname", "cleanpath", "copyin", "alloca", "bcopy",
        "lltostr", "inet_ntoa", "rand", "progenyof", "offsetof", "count", "sum", "avg", "min", "max", "quantize", "lquantize", "llquantize", "stddev",
        "printf", "printa", "print", "trace", "tracemem", "stack", "ustack", "jstack", "exit", "system", "raise", "stop", "normalize", "trunc", "clear",
    ];

    private TypedExpression? BindCall(CallSyntax call)
    {
        if (Functions.TryGetValue(call.Name, out var function))
            return function(this, call);
        if (scope.Call(call.Name, Build.Constant(0)) is not null)
            return BindSurrounding(call);
        var there = $"there are {string.Join(" and ", Functions.Keys.Select(f => f + "()"))}";
        var hint = NameHints.Nearest(call.Name, Functions.Keys) is { } near ? $"did you mean {near}?" : there;
        if (Missing.Contains(call.Name))
            diagnostics.Add(DiagnosticIds.NotAvailable, $"{call.Name}() is not available in an expression", call.NameSpan, there);
        else
            diagnostics.Add(DiagnosticIds.BadCall, $"there is no function {call.Name}()", call.NameSpan, hint);
        return null;
    }

    private TypedExpression? BindSurrounding(CallSyntax call)
    {
        if (call.Arguments.Count != 1)
        {
            diagnostics.Add(DiagnosticIds.BadCall, $"{call.Name}() takes one argument, not {(call.Arguments.Count == 0 ? "none" : call.Arguments.Count)}", call.Span);
            return null;
        }

        if (Bind(call.Arguments[0]) is not { } argument)
            return null;
        var address = Decay(argument);
        if (address.Expression.Type is not IntegerType)
        {
            diagnostics.Add(DiagnosticIds.BadCall, $"{call.Name}() takes an address, not {address.Type}", call.Arguments[0].Span);
            return null;
        }

        var resolution = scope.Call(call.Name, Folding.ToUInt64(address.Expression))!;
        if (resolution.Value is null)
            diagnostics.Add(DiagnosticIds.NotAvailable, resolution.Problem!, call.NameSpan, resolution.Hint);
        return resolution.Value;
    }

    private TypedExpression? BindText(CallSyntax call)
    {
        if (call.Arguments.Count != 1)
        {
            diagnostics.Add(DiagnosticIds.BadCall, $"{call.Name}() takes one argument, not {(call.Arguments.Count == 0 ? "none" : call.Arguments.Count)}", call.Span);
            return null;
        }

        var argument = TextArgument(call.Arguments[0]) ?? Bind(call.Arguments[0]);
        return argument is null ? null : TextOf(Decay(argument), call.Arguments[0].Span);
    }

    // Scripts say copyinstr(arg1) where sharptrace's parameter is the string already.
    private TypedExpression? TextArgument(ExpressionSyntax syntax)
    {
        while (syntax is ParenthesizedSyntax p)
            syntax = p.Inner;
        return syntax is NameSyntax name && scope is ProbeScope probe ? probe.TextByPosition(name.Name) : null;
    }
}
