using Tracer.Core.Evaluation;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Stacks;

/// <summary>Tells which thread of the system runs the frames of a thread state.</summary>
internal sealed class RunningThreads(ISystemCallGate gate, int processId, IReadOnlyList<(int ThreadId, RegisterSet Registers, byte[] Stack)> threads)
{
    private readonly ProcFs _proc = new(gate);
    private MemoryMap? _map;

    /// <summary>
    /// The thread's id; 0 when it is not known. By pthread_self(), which is the fs base; of a process that was not stopped by the id that the interpreter keeps, which may be
    /// of another namespace. Up to 3.12 the module _xxsubinterpreters runs code, in whatever thread, with the state of the thread that made the interpreter
    /// (Modules/_xxsubinterpretersmodule.c, _run_script_in_interpreter): there the thread is the one on whose stack the evaluation function's frames are.
    /// </summary>
    public int Find(PythonThread state) => state.Interpreter != 0 && state.GroupMarks.FirstOrDefault(m => m != 0) is not 0 and var mark && OnStackOf(mark, Named(state)) is not 0 and var owner
        ? owner
        : Named(state);

    /// <summary>Why the thread that <see cref="Find"/> tells may be another, in one clause; null when it is that one.</summary>
    public static string? Doubt(PythonThread state) => state.Interpreter != 0 && state.Frames.Count > 0 && state.GroupMarks.All(m => m == 0)
        ? $"this CPython does not tell which thread runs interpreter {state.Interpreter}: its frames are with the thread that made it"
        : null;

    private int Named(PythonThread state)
    {
        foreach (var (id, registers, _) in threads)
        {
            if (registers[X64Register.FsBase] != 0 ? registers[X64Register.FsBase] == state.PosixThread : state.NativeId != 0 && IdInside(id) == state.NativeId)
                return id;
        }

        return 0;
    }

    // The only thread whose stack pointer is in the mapping of an address, or the expected one when there are more.
    private int OnStackOf(ulong address, int expected)
    {
        _map ??= _proc.Maps(processId).TryGet(out var map) ? map : null;
        if (_map is null || !_map.TryFind(address, out var mapping))
            return 0;
        var found = threads.Where(t => mapping.Contains(t.Registers[X64Register.Rsp])).Select(t => t.ThreadId).ToList();
        return found.Count == 1 ? found[0] : found.Find(id => id == expected);
    }

    private int IdInside(int id) => _proc.ThreadStatus(processId, id).TryGet(out var status) ? status.InnermostPid : id;
}
