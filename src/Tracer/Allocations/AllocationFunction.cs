namespace Tracer.Allocations;

/// <summary>A function that gives memory, takes it back, or both.</summary>
/// <param name="Name">Its symbol.</param>
/// <param name="Size">Which of its arguments say how many bytes are wanted; their product counts. Empty when it gives none.</param>
/// <param name="Block">Which argument is the block that it takes back; null when it takes none.</param>
internal sealed record AllocationFunction(string Name, int[] Size, int? Block = null)
{
    /// <summary>The C library's (ISO C, POSIX). Aligned blocks are not seen: posix_memalign gives them by a pointer, and the others jump to a function without a name.</summary>
    public static IReadOnlyList<AllocationFunction> OfLibc { get; } =
    [
        new("malloc", [0]), new("calloc", [0, 1]), new("realloc", [1], 0), new("free", [], 0),
    ];

    /// <summary>
    /// CPython's allocator of small blocks (Objects/obmalloc.c), through which PyObject_* and PyMem_* go; their first argument is a context. Until 3.5 the exported
    /// functions are it themselves.
    /// </summary>
    public static IReadOnlyList<AllocationFunction> OfPython { get; } =
    [
        new("_PyObject_Malloc", [1]), new("_PyObject_Calloc", [1, 2]), new("_PyObject_Realloc", [2], 1), new("_PyObject_Free", [], 1),
    ];

    /// <summary>The same of 2.7.</summary>
    public static IReadOnlyList<AllocationFunction> OfOldPython { get; } = [new("PyObject_Malloc", [0]), new("PyObject_Realloc", [1], 0), new("PyObject_Free", [], 0)];
}
