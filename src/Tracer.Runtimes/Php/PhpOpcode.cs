namespace Tracer.Runtimes.Php;

/// <summary>Opcodes by their numbers in Zend/zend_vm_opcodes.h, which have stayed the same since 7.0 as code is stored with them.</summary>
internal enum PhpOpcode : byte
{
    /// <summary>ZEND_DO_FCALL: calls what is only known when it runs.</summary>
    DoFunctionCall = 60,
    /// <summary>ZEND_INCLUDE_OR_EVAL: runs a file or a text.</summary>
    IncludeOrEvaluate = 73,
    /// <summary>ZEND_DO_ICALL: calls a function of C code.</summary>
    DoInternalCall = 129,
    /// <summary>ZEND_DO_UCALL: calls a function of PHP code.</summary>
    DoUserCall = 130,
    /// <summary>ZEND_DO_FCALL_BY_NAME: calls a function that was looked up by its name.</summary>
    DoFunctionCallByName = 131,
    /// <summary>ZEND_GENERATOR_CREATE: behind what receives the arguments, the call of a generator's function ends and gives the generator.</summary>
    GeneratorCreate = 139,
    /// <summary>ZEND_HANDLE_EXCEPTION: seeks who catches an exception.</summary>
    HandleException = 149,
    /// <summary>ZEND_CALL_TRAMPOLINE: a call of a method that is not there becomes one of <c>__call</c> or <c>__callStatic</c>.</summary>
    CallTrampoline = 158,
}
