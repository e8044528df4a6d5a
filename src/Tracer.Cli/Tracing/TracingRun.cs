using Tracer.Cli.Rights;
using Tracer.Cli.Sudo;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Output;
using Tracer.Output.Json;
using Tracer.Output.Text;

namespace Tracer.Cli.Tracing;

/// <summary>One tracing verb from armed to summarised: opens the output, waits for the end whatever it is, stops, tells.</summary>
internal static class TracingRun
{
    /// <param name="request">What was asked for.</param>
    /// <param name="start">Makes the session with these options.</param>
    /// <returns>The command's own exit code when it was started here and tracing went well, else one of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(TracingRequest request, Func<TraceOptions, CancellationToken, Task<TraceSession>> start)
    {
        using var signal = new StopSignal();
        await using var stream = OpenOutput(request);
        var buffer = new OutputBuffer(stream);
        var output = MakeOutput(request, buffer);
        using var owned = output as IDisposable;
        var logger = new ConsoleLogger(Console.Error, request.Verbosity);
        var options = new TraceOptions
        {
            Probes = request.Probes,
            Where = request.Where,
            Queries = request.Query is { } query ? [query] : [],
            Backend = request.Backend,
            Follow = request.Follow,
            Returns = request.Returns,
            TextLimit = request.TextLimit,
            Declarations = request.Declarations,
            MaximumEvents = request.Events,
            EventsPerSecond = request.EventsPerSecond,
            StackBytes = request.StackBytes,
            Values = request.Values,
            Requested = request.Requested,
            StackWalk = request.StackWalk,
            PreparesStackNames = request.StackBytes is not null,
            MaximumOverhead = request.MaximumOverhead,
            Sink = output,
            Armed = s =>
            {
                output.Readers = s.Readers;
                // What is executed and loaded later is opened and armed as now.
                if (!request.Follow)
                    RightsAfterArming.Drop(s.ProcessId, NeedsOf(request, s), logger);
                output.Attached(s.ProcessId, s.Backend, s.Probes);
            },
            Logger = logger,
        };
        using var cancellation = new CancellationTokenSource();
        _ = signal.First.ContinueWith(_ => cancellation.CancelAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        TraceSession session;
        try
        {
            session = await start(options, cancellation.Token).ConfigureAwait(false);
        }
        catch (TracerException error) when (request.Json)
        {
            output.Error(error);
            throw;
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.Ok;
        }

        await using (session.ConfigureAwait(false))
        {
            var exit = await FollowAsync(request, session, output, signal).ConfigureAwait(false);
            if (exit != ExitCode.Ok)
                return (int)exit;
            // Tracing may end before the command does (-n, --duration, Ctrl-C); the command goes on to its own end unless asked twice.
            using var leave = new CancellationTokenSource();
            _ = signal.Second.ContinueWith(_ => leave.CancelAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            try
            {
                return await session.WaitForLaunchedExitAsync(leave.Token).ConfigureAwait(false) ?? (int)ExitCode.Ok;
            }
            catch (OperationCanceledException)
            {
                return (int)ExitCode.TracingFailed;
            }
        }
    }

    private static async Task<ExitCode> FollowAsync(TracingRequest request, TraceSession session, TraceOutput output, StopSignal signal)
    {
        var ends = new List<Task> { session.Completion, signal.First, output.Failed };
        if (request.Duration is { } duration)
            ends.Add(Task.Delay(duration));
        var reporter = new QueryReporter(request, session, output);
        await reporter.FollowAsync(Task.WhenAny(ends)).ConfigureAwait(false);

        // Stopping restores the target; a second Ctrl-C gives up the draining and the summary, never the restoring, which has begun by then.
        var stopping = session.StopAsync();
        if (await Task.WhenAny(stopping, WaitAfter(signal.Second)).ConfigureAwait(false) != stopping)
            return ExitCode.TracingFailed;
        await stopping.ConfigureAwait(false);
        output.OnBatchEnd();
        reporter.Report();
        var exit = ExitCode.Ok;
        if (session.Completion.IsFaulted && session.Completion.Exception!.InnerException is TracerException failure)
        {
            output.Error(failure);
            exit = ExitCodes.Of(failure);
        }

        var summary = session.Summarise();
        output.Summary(summary);
        if (output.Failed.IsCompletedSuccessfully)
        {
            await Console.Error.WriteLineAsync($"sharptrace: Output cannot be written any more. {output.Failed.Result.Message} [ST0003]").ConfigureAwait(false);
            return ExitCode.TracingFailed;
        }

        return exit == ExitCode.Ok && request.FailOnLoss && summary.Lost + summary.LostFrames + summary.LostReturns + summary.Overflow + summary.Drops + summary.Gaps > 0 ? ExitCode.EventsLost : exit;
    }

    // Sums of the kernel need neither memory nor files of the target, but for the names of stacks.
    private static SessionNeeds NeedsOf(TracingRequest request, TraceSession session)
    {
        var isSum = request.Query is { } query && !session.HasStacks;
        return new SessionNeeds(
            ReadsMemory: !isSum || session.Backend != "ebpf", OpensFiles: session.HasStacks, Rearms: request.MaximumOverhead is not null, ReadsMaps: session.Backend == "ebpf",
            Kills: session.IsLaunched);
    }

    private static async Task WaitAfter(Task second)
    {
        await second.ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
    }

    private static Stream OpenOutput(TracingRequest request)
    {
        if (request.OutputFile is null)
            return new StandardOutput(LinuxSystemCalls.Instance);
        try
        {
            return OutputFile.Create(request.OutputFile, InvokingUser.Find());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TracerException("ST0004", FailureKind.TracingFailed, $"'{request.OutputFile}' cannot be created.", error.Message);
        }
    }

    private static TraceOutput MakeOutput(TracingRequest request, OutputBuffer buffer)
    {
        if (request.Json)
            return new JsonOutput(buffer);
        var colour = request.OutputFile is null && !request.NoColour && !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new TextOutput(buffer, Console.Error, colour, request.Verbosity >= 1);
    }
}
