using Tracer.Bench;

return args switch
{
    ["structs", var path, .. var names] => StructOffsets.Run(path, names),
    ["sink", var pid, var probe] => await CountingSession.RunAsync(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), probe).ConfigureAwait(false),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: tracer-bench structs FILE NAME... | sink PID PROBE");
    return 2;
}
