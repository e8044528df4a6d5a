namespace Tracer.Allocations;

/// <summary>A function that gives memory, takes it back, or both.</summary>
/// <param name="Name">Its symbol, or its name in the source where it has none.</param>
/// <param name="Size">Which of its arguments say how many bytes are wanted; their product counts. Empty when it gives none.</param>
/// <param name="Block">Which argument is the block that it takes back; null when it takes none.</param>
/// <param name="Place">Which argument is the address that the block's is stored at, with a result of 0; null when the block is the result.</param>
internal sealed record AllocationFunction(string Name, int[] Size, int? Block = null, int? Place = null)
{
    /// <summary>What the C library's functions for aligned blocks go on to; its name in glibc (malloc/malloc.c).</summary>
    public const string Aligned = "_mid_memalign";

    /// <summary>
    /// The C library's (ISO C, POSIX). Blocks of memalign, aligned_alloc, valloc and pvalloc are those of <see cref="Aligned"/>; posix_memalign is there for libraries where it has a way of its own.
    /// </summary>
    public static IReadOnlyList<AllocationFunction> OfLibc { get; } =
    [
        new("malloc", [0]), new("calloc", [0, 1]), new("realloc", [1], 0), new("free", [], 0), new("posix_memalign", [2], Place: 0),
    ];

    /// <summary>The arguments of memalign and aligned_alloc: the alignment and the size; <see cref="Aligned"/> has a third.</summary>
    public static AllocationFunction OfAligned { get; } = new(Aligned, [1]);

    /// <summary>
    /// CPython's allocator of small blocks (Objects/obmalloc.c), through which PyObject_* and PyMem_* go; their first argument is a context. In 2.7 the exported
    /// functions are it themselves.
    /// </summary>
    public static IReadOnlyList<AllocationFunction> OfPython { get; } =
    [
        new("_PyObject_Malloc", [1]), new("_PyObject_Calloc", [1, 2]), new("_PyObject_Realloc", [2], 1), new("_PyObject_Free", [], 1),
        new("PyObject_Malloc", [0]), new("PyObject_Realloc", [1], 0), new("PyObject_Free", [], 0),
    ];
}
