namespace Tracer.Cli.Tests.Library;

internal static class ReadmeSample
{
    public static async Task RunAsync(int pid, CancellationToken cancellationToken)
    {
        // <sample>
        await using var session = await TraceSession.AttachAsync(pid, new TraceOptions { Probes = ["python:function__entry"] }, cancellationToken);
        await foreach (var e in session.Events)
            Console.WriteLine($"{e.Timestamp} {e.Probe} {e["funcname"]}");
        // </sample>
    }

    public static async Task SumUpAsync(int pid, CancellationToken cancellationToken)
    {
        // <sample>
        var options = new TraceOptions { Probes = ["python:function"], Where = "funcname != \"main\"", Queries = [TraceQuery.Latency("funcname")] };
        await using var session = await TraceSession.AttachAsync(pid, options, cancellationToken);
        await Task.Delay(1000, cancellationToken);
        foreach (var row in session.ReadAggregations(reset: true)[0].Rows)
            Console.WriteLine($"{row.Keys[0]} {row.Count}");
        // </sample>
    }
}
