using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tracer.Allocations;
using Tracer.Cli.Rights;
using Tracer.Cli.Tracing;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Output;

namespace Tracer.Cli.Allocations;

/// <summary><c>alloc</c> from attached to told.</summary>
internal static class AllocationRun
{
    public static async Task<int> RunAsync(AllocationRequest request)
    {
        using var signal = new StopSignal();
        var output = new OutputBuffer(new StandardOutput(LinuxSystemCalls.Instance));
        var trace = await AllocationTrace.AttachAsync(request.ProcessId, request.Options).ConfigureAwait(false);
        await using (trace.ConfigureAwait(false))
        {
            var session = trace.Session;
            RightsAfterArming.Drop(session.ProcessId, new SessionNeeds(ReadsMemory: true, OpensFiles: true, Rearms: false, ReadsMaps: true, Kills: false), request.Options.Logger ?? NullLogger.Instance);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Attached to {session.ProcessId} by {session.Backend}. Ctrl-C stops.")).ConfigureAwait(false);
            List<Task> ends = [session.Completion, signal.First, output.Failed];
            if (request.Duration is { } duration)
                ends.Add(Task.Delay(duration));
            await FollowAsync(request, trace, output, Task.WhenAny(ends)).ConfigureAwait(false);
            await session.StopAsync().ConfigureAwait(false);
            Write(request, trace, output);
            if (session.Completion is { IsFaulted: true, Exception.InnerException: TracerException failure })
                throw failure;
            foreach (var sentence in AllocationLosses.Tell(trace.Read(), session.Summarise()))
                await Console.Error.WriteLineAsync(sentence).ConfigureAwait(false);
        }

        return output.Failed.IsCompleted ? throw output.Failed.Result : (int)ExitCode.Ok;
    }

    private static async Task FollowAsync(AllocationRequest request, AllocationTrace trace, OutputBuffer output, Task end)
    {
        if (request.Interval is not { } interval)
        {
            await end.ConfigureAwait(false);
            return;
        }

        using var timer = new PeriodicTimer(interval);
        while (await Task.WhenAny(end, timer.WaitForNextTickAsync().AsTask()).ConfigureAwait(false) != end)
            Write(request, trace, output);
    }

    private static void Write(AllocationRequest request, AllocationTrace trace, OutputBuffer output)
    {
        var report = trace.Read();
        if (request.Json)
            AllocationJson.Write(output, report, trace.Session.Summarise(), request.Top);
        else
            AllocationText.Write(output, report, request.Top);
        output.Flush();
    }
}
