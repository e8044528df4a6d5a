namespace Tracer.Bpf;

/// <summary>Commands of bpf(2): enum bpf_cmd, include/uapi/linux/bpf.h.</summary>
internal enum BpfCommand
{
    MapCreate = 0,
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    MapGetNextKey = 4,
    ProgramLoad = 5,
    ProgramTestRun = 10,
    RawTracepointOpen = 17,
    MapLookupBatch = 24,
    LinkCreate = 28,
}
