using Tracer.Cli;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;

// Started by ourselves, not by users.
if (args is [GuardianProcess.Verb, var guarded] && int.TryParse(guarded, out var processId))
    return GuardianProcess.Run(LinuxSystemCalls.Instance, processId);
return await CommandTree.RunAsync(args).ConfigureAwait(false);
