using Tracer.Cli;

return await CommandTree.RunAsync(args).ConfigureAwait(false);
