using Xunit.Sdk;
using Xunit.v3;

// The backend perf plants its breakpoints into every process that runs a file, and ptrace refuses a place where another tracer's breakpoint is: tests that trace
// the same program by both must not run side by side.
[assembly: Parallelization(Mode = ParallelMode.None)]
