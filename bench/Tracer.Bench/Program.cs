using Tracer.Bench;

return args switch
{
    ["structs", var path, .. var names] => StructOffsets.Run(path, names),
    ["sink", var pid, var probe] => await CountingSession.RunAsync(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), probe).ConfigureAwait(false),
    ["empty", var pid, var path, .. var offsets] => EmptyProgram.Run(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), path, offsets),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: tracer-bench structs FILE NAME... | sink PID PROBE | empty PID FILE OFFSET...");
    return 2;
}
