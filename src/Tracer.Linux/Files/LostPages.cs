using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// Keeps this process alive when a file that it has mapped is truncated: touching a page that is gone raises SIGBUS, whose default action ends the process. A handler of machine code gives the page
/// back, empty, and counts it, so that the reader can be told (<see cref="MappedFile.IsCutShort"/>). Other causes of SIGBUS go to whoever handled it before. Safe for concurrent use.
/// </summary>
internal static unsafe class LostPages
{
    /// <summary>How many files can be looked after at once; others are mapped without.</summary>
    public const int MaximumFiles = 4096;

    private static readonly Lock Sync = new();
    private static readonly Lazy<bool> Installed = new(Install);
    private static Entry* _table;
    private static ExecutableCode? _code;

    /// <summary>Looks after a mapping; null where that is not possible (anonymous executable files are refused by vm.memfd_noexec, or there are too many).</summary>
    public static Watch? Add(nint address, nuint length)
    {
        if (!Installed.Value) return null;
        lock (Sync)
        {
            for (var k = 0; k < MaximumFiles; k++)
            {
                var entry = _table + k;
                if (entry->End != 0) continue;
                entry->Lost = 0;
                entry->Start = address;
                // The handler looks at the start first: the entry is valid with its end.
                Volatile.Write(ref entry->End, address + (nint)length);
                return new Watch(k);
            }
        }

        return null;
    }

    private static bool Install()
    {
        const int Bus = 7;
        var table = (Entry*)NativeMemory.AllocZeroed(MaximumFiles, (nuint)sizeof(Entry));
        var code = LostPageCode.Bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(code.AsSpan(LostPageCode.Table), (nint)table);
        BinaryPrimitives.WriteInt64LittleEndian(code.AsSpan(LostPageCode.Before), Math.Max(NativeHandler.Of(Bus), 0));
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(LostPageCode.Entries), MaximumFiles);
        if (!ExecutableCode.Create(LinuxSystemCalls.Instance, code).TryGet(out _code, out _))
        {
            NativeMemory.Free(table);
            return false;
        }

        _table = table;
        return NativeHandler.Set(Bus, _code.Address, NativeHandler.WithInformation | NativeHandler.OnAlternateStack);
    }

    private struct Entry
    {
        public nint Start;
        public nint End;
        public long Lost;
    }

    /// <summary>One mapping that is looked after.</summary>
    public sealed class Watch : IDisposable
    {
        private int _index;

        internal Watch(int index) => _index = index;

        /// <summary>Pages of it that were gone when they were touched.</summary>
        public long Lost => _index < 0 ? 0 : Volatile.Read(ref _table[_index].Lost);

        /// <inheritdoc/>
        public void Dispose()
        {
            var index = Interlocked.Exchange(ref _index, -1);
            if (index >= 0) Volatile.Write(ref _table[index].End, 0);
        }
    }
}
