using Microsoft.Extensions.Logging;
using Tracer.Output.Text;

namespace Tracer.Cli.Tracing;

/// <summary>Writes what the library says to standard error: warnings always, choices at -v, details at -vv.</summary>
internal sealed class ConsoleLogger(TextWriter output, int verbosity) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= verbosity switch { 0 => LogLevel.Warning, 1 => LogLevel.Information, _ => LogLevel.Trace };

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            output.WriteLine(TextEscaper.Escape(formatter(state, exception)));
    }
}
