using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Tracer.Linux;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// The tracer's side of a guardian: another process of the sharptrace command that gives the target back what is borrowed from it when this process ends without having done so.
/// Disposing it, when all was given back, ends it.
/// </summary>
internal sealed class Guardian : IDisposable
{
    private static readonly TimeSpan LongestStay = TimeSpan.FromMinutes(1);

    private const string Command = "sharptrace";

    private readonly ISystemCallGate _gate;
    private readonly ChildProcess _process;
    private readonly OwnedDescriptor _input;
    private readonly OwnedDescriptor _output;

    private Guardian(ISystemCallGate gate, ChildProcess process, OwnedDescriptor input, OwnedDescriptor output) =>
        (_gate, _process, _input, _output) = (gate, process, input, output);

    /// <summary>The command that can be a guardian: this program itself when it is the command, else one beside it. Null when there is none.</summary>
    public static string? FindCommand(ISystemCallGate gate)
    {
        var own = gate.ReadLink("/proc/self/exe").TryGet(out var path) ? path : null;
        if (own is not null && Path.GetFileName(own.Replace(" (deleted)", "", StringComparison.Ordinal)) == Command)
            return own.EndsWith(" (deleted)", StringComparison.Ordinal) ? "/proc/self/exe" : own;
        var beside = Path.Combine(AppContext.BaseDirectory, Command);
        return gate.Access(beside, 1).IsSuccess ? beside : null;
    }

    /// <summary>Starts one; it is not ready yet. Null with the reason when it cannot be.</summary>
    public static Guardian? Start(ISystemCallGate gate, string command, int processId, out string? failure)
    {
        var started = TryStart(gate, command, processId, out var guardian, out var error);
        failure = started ? null : error.Error.Describe();
        return guardian;
    }

    /// <summary>Waits until it watches over us; false when it did not come to that in time.</summary>
    public bool WaitUntilReady(TimeSpan patience)
    {
        Span<byte> word = stackalloc byte[1];
        return _gate.Poll(_output, PollEvents.Readable, (int)patience.TotalMilliseconds).Raw > 0 && _gate.Read(_output, word).Raw == 1 && word[0] == GuardianProcess.Ready;
    }

    /// <summary>Tells it what is borrowed, where that cannot be written down in the target.</summary>
    public void Tell(Testament testament)
    {
        var bytes = testament.ToBytes();
        var message = new byte[sizeof(int) + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, bytes.Length);
        bytes.CopyTo(message.AsSpan(sizeof(int)));
        for (var rest = message.AsSpan(); !rest.IsEmpty;)
        {
            var written = _gate.Write(_input, rest);
            if (written.Raw <= 0) return;
            rest = rest[written.Count..];
        }
    }

    /// <summary>Has it give back what we could not; it ends by itself.</summary>
    public void LeaveToIt()
    {
        _input.Dispose();
        _output.Dispose();
        // It is ours to bury.
        _ = Task.Run(() =>
        {
            _process.WaitForExit(LongestStay);
            _process.Dispose();
        });
    }

    public void Dispose()
    {
        // First, for to it the end of the pipe is our end.
        _process.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private static bool TryStart(ISystemCallGate gate, string command, int processId, [NotNullWhen(true)] out Guardian? guardian, out KernelError error)
    {
        guardian = null;
        if (!Pipe.Create(gate, "the guardian's input").TryGet(out var toGuardian, out error)) return false;
        using (toGuardian)
        {
            if (!Pipe.Create(gate, "the guardian's output").TryGet(out var fromGuardian, out error)) return false;
            using (fromGuardian)
            {
                if (!gate.Open("/dev/null", OpenMode.ReadWrite).TryGet(out var nothing, out error)) return false;
                using (nothing)
                {
                    var options = new SpawnOptions
                    {
                        Path = command,
                        Arguments = [GuardianProcess.Verb, processId.ToString(System.Globalization.CultureInfo.InvariantCulture)],
                        StandardInput = toGuardian.Reader,
                        StandardOutput = fromGuardian.Writer,
                        StandardError = nothing,
                        WorkingDirectory = "/",
                        NewSession = true,
                        ClosesOthers = true,
                    };
                    if (!ChildProcess.Start(gate, options).TryGet(out var process, out error)) return false;
                    guardian = new Guardian(gate, process, toGuardian.TakeWriter(), fromGuardian.TakeReader());
                    return true;
                }
            }
        }
    }
}
