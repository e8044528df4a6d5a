using System.Runtime.CompilerServices;
using Tracer.Core.Evaluation;
using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>The registers of a frame that its caller's can be found from: rax to r15 and the program counter, by DWARF number.</summary>
internal struct FrameRegisters
{
    private Words _words;

    public FrameRegisters(in RegisterSet registers)
    {
        for (var register = X64Register.Rax; register <= X64Register.Rip; register++)
            _words[(int)register] = registers[register];
    }

    public ulong Pc
    {
        readonly get => _words[(int)X64Register.Rip];
        set => _words[(int)X64Register.Rip] = value;
    }

    public ulong Sp
    {
        readonly get => _words[(int)X64Register.Rsp];
        set => _words[(int)X64Register.Rsp] = value;
    }

    public ulong FramePointer
    {
        readonly get => _words[(int)X64Register.Rbp];
        set => _words[(int)X64Register.Rbp] = value;
    }

    /// <summary>By DWARF number, below <see cref="UnwindRow.RegisterCount"/>.</summary>
    public ulong this[int register]
    {
        readonly get => _words[register];
        set => _words[register] = value;
    }

    [InlineArray(UnwindRow.RegisterCount)]
    private struct Words
    {
        private ulong _first;
    }
}
