using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Faults;

/// <summary>
/// A session of the library against a live program that is done again and again, each time with one system call failing. It must end in a message or do what it
/// says it did, give back all descriptors, and leave the program as it was.
/// </summary>
internal abstract class FaultScenario : IDisposable
{
    private static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(30);

    /// <summary>What is done, for the table.</summary>
    public abstract string Name { get; }

    /// <summary>The calls of an undisturbed session, each failing in each way: the first ones and the last at every place that makes it.</summary>
    public async Task<IReadOnlyList<Fault>> PlanAsync(int firstOrdinals = 2)
    {
        // Once without being looked at: what is found out once for the process is no part of a session.
        await RunAsync(new Fault("", "", 0, Errno.EPERM), new FaultGate());
        var gate = new FaultGate();
        var undisturbed = await RunAsync(new Fault("", "", 0, Errno.EPERM), gate);
        Assert.True(undisturbed.Ending == "went on", undisturbed.ToString());
        return
        [
            .. from count in gate.Counts.OrderBy(c => c.Key.Kind, StringComparer.Ordinal).ThenBy(c => c.Key.Place, StringComparer.Ordinal)
               from ordinal in Enumerable.Range(1, Math.Min(firstOrdinals, count.Value)).Append(count.Value).Distinct()
               from error in SystemCallKind.ErrorsOf(count.Key.Kind)
               select new Fault(count.Key.Kind, count.Key.Place, ordinal, error),
        ];
    }

    /// <summary>The same calls, each of which finds the target killed: once at every place, at the first call and at the last.</summary>
    public async Task<IReadOnlyList<Fault>> PlanDeathsAsync() =>
        [.. (await PlanAsync(firstOrdinals: 1)).DistinctBy(f => (f.Kind, f.Place, f.Ordinal)).Select(f => f with { Victim = -1 })];

    /// <summary>The process that a session is about; it is another after it was killed.</summary>
    public virtual int ProcessId => 0;

    /// <summary>One session with one fault.</summary>
    public Task<FaultOutcome> RunAsync(Fault fault) => RunAsync(fault, new FaultGate(fault.Victim == 0 ? fault : fault with { Victim = ProcessId }));

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Does it; throws <see cref="TracerException"/> for a message, and <see cref="UntrueException"/> when it told what is not so.</summary>
    protected abstract Task SessionAsync(ISystemCallGate gate);

    /// <summary>What is not as it was about the program; null when it is unharmed.</summary>
    protected abstract string? Harm();

    /// <summary>Starts the program anew.</summary>
    protected abstract void Restart();

    private async Task<FaultOutcome> RunAsync(Fault fault, FaultGate gate)
    {
        var before = Descriptors();
        FaultOutcome outcome;
        var session = Task.Run(() => SessionAsync(gate));
        try
        {
            await session.WaitAsync(HangsAfter).ConfigureAwait(false);
            outcome = new(fault, "went on", "");
        }
        catch (TracerException error)
        {
            outcome = new(fault, error.Id, error.Message);
        }
        catch (UntrueException) when (fault.Victim != 0)
        {
            outcome = new(fault, "went on", "");
        }
        catch (UntrueException error)
        {
            outcome = new(fault, "untrue", error.Message);
        }
        catch (TimeoutException error) when (session.IsFaulted)
        {
            // The program said nothing more.
            outcome = new(fault, fault.Victim == 0 ? "harmed" : "went on", error.Message);
        }
        catch (TimeoutException error)
        {
            Restart();
            return new(fault, "hang", error.Message);
        }
#pragma warning disable CA1031 // Any other exception is what is looked for.
        catch (Exception error)
        {
            outcome = new(fault, "exception", error.ToString());
        }
#pragma warning restore CA1031

        string? harm = null;
        try
        {
            if (fault.Victim == 0)
                harm = Harm();
            else
                Restart();
        }
        catch (Exception error) when (error is TimeoutException or KernelException)
        {
            harm = error.Message;
        }

        if (harm is not null)
        {
            Restart();
            return new(fault, "harmed", $"{harm} (the session: {outcome.Ending} {outcome.Details})");
        }

        // Threads that end close what they have a moment later.
        var after = Descriptors();
        for (var deadline = DateTime.UtcNow.AddSeconds(2); after.Count > before.Count && DateTime.UtcNow < deadline; after = Descriptors())
            await Task.Delay(20).ConfigureAwait(false);
        return after.Count > before.Count && outcome.IsGood
            ? new(fault, "leak", $"{string.Join(", ", after.Except(before))} (the session: {outcome.Ending} {outcome.Details})")
            : outcome;
    }

    private static List<string> Descriptors()
    {
        var found = new List<string>();
        foreach (var path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            // The one that lists them is gone by now.
            if (LinuxSystemCalls.Instance.ReadLink(path).TryGet(out var target) && !target.EndsWith(".dll", StringComparison.Ordinal))
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} {target}"));
        }

        return found;
    }
}
