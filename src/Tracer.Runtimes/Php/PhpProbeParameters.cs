using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Runtimes.Php;

/// <summary>The probes that PHP declares in Zend/zend_dtrace.d, with its own names for the arguments, and our own of generators.</summary>
internal static class PhpProbeParameters
{
    /// <summary>The provider.</summary>
    public const string Provider = "php";

    private static readonly ProbeParameter File = new("request_file", TextType.Instance);
    private static readonly ProbeParameter Line = new("lineno", IntegerType.Int32);
    private static readonly ProbeParameter Class = new("classname", TextType.Instance);

    /// <summary>The parameters of a probe; none for one that is not PHP's.</summary>
    public static IReadOnlyList<ProbeParameter> Of(string name) => name switch
    {
        "function__entry" or "function__return" or "generator__resume" or "generator__yield" =>
            [new("function_name", TextType.Instance), File, Line, Class, new("scope", TextType.Instance)],
        "execute__entry" or "execute__return" => [File, Line],
        "request__startup" or "request__shutdown" => [File, new("request_uri", TextType.Instance), new("request_method", TextType.Instance)],
        "compile__file__entry" or "compile__file__return" => [new("compile_file", TextType.Instance), new("compile_file_translated", TextType.Instance)],
        "error" => [new("errormsg", TextType.Instance), File, Line],
        "exception__thrown" or "exception__caught" => [Class],
        _ => [],
    };
}
