using System.Diagnostics;
using Tracer.Cli.Tests.Lifecycle;
using Tracer.Linux;
using Xunit;

namespace Tracer.Cli.Tests;

/// <summary>The command under test while it traces: started, armed, and ended by Ctrl-C or by itself.</summary>
internal sealed class ArmedCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    /// <summary>Starts it and returns when all probes are armed.</summary>
    public ArmedCommand(string program, params string[] arguments)
    {
        _process = Command.Start(program, arguments);
        _output = _process.StandardOutput.ReadToEndAsync();
        try
        {
            Waiting.UntilArmed(_process);
        }
        catch
        {
            Dispose();
            throw;
        }

        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its process.</summary>
    public int Pid => _process.Id;

    /// <summary>Sends SIGINT and waits.</summary>
    public CommandResult Stop()
    {
        LinuxSystemCalls.Instance.Kill(Pid, Signal.Int);
        return WaitForEnd();
    }

    /// <summary>Waits until it ends by itself. What it wrote to standard error is that from the first line after it was armed.</summary>
    public CommandResult WaitForEnd()
    {
        Assert.True(_process.WaitForExit(Patience), "The command does not end.");
        return new CommandResult(_process.ExitCode, _output.Result, _error.Result);
    }

    /// <summary>Kills it when it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
