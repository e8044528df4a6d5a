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
}
