using System.Globalization;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Records;

namespace Tracer.Bench;

/// <summary>The library at its cheapest: a sink that looks at every value of every event and keeps a count.</summary>
internal static class CountingSession
{
    /// <summary>Attaches, prints <c>attached</c>, goes on until the end of standard input, and prints <c>events N lost N values N allocated N cpu N</c>.</summary>
    /// <remarks>Allocated are the bytes that the thread which calls the sink took from the heap from its first event on; cpu is the whole process's processor time in ns since it was attached.</remarks>
    public static async Task<int> RunAsync(int processId, string probe)
    {
        var sink = new Sink();
        var session = await TraceSession.AttachAsync(processId, new TraceOptions { Probes = [probe], Sink = sink }).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            Console.WriteLine("attached");
            var cpu = Environment.CpuUsage.TotalTime;
            await Console.In.ReadLineAsync().ConfigureAwait(false);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            await session.StopAsync().ConfigureAwait(false);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"events {sink.Events} lost {session.LostEvents} values {sink.Values} allocated {sink.Allocated} cpu {cpu.TotalNanoseconds:0}"));
        }

        return 0;
    }

    private sealed class Sink : IEventSink
    {
        private long _before;

        public long Events { get; private set; }

        /// <summary>Values that were read whole.</summary>
        public long Values { get; private set; }

        /// <summary>Bytes of the heap that the reading thread allocated between its first event and the end of its last batch.</summary>
        public long Allocated { get; private set; }

        public void OnEvent(in EventRecord record)
        {
            if (Events++ == 0)
                _before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var value in record)
            {
                if (value.Status == EvaluationStatus.Ok)
                    Values++;
            }
        }

        public void OnBatchEnd() => Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
    }
}
