namespace Tracer.Runtimes.Tests.Php;

/// <summary>An event of a function probe; of an execute probe the file and the line only.</summary>
internal sealed record PhpEvent(string Probe, string Function, string File, int Line, string Class, string Scope)
{
    /// <summary>The name by which the program counts.</summary>
    public string Name => Class.Length == 0 ? Function : $"{Class}{Scope}{Function}";

    /// <summary>Whether a frame begins to run, or goes on: what is an entry for PHP's own probes.</summary>
    public bool Begins => Probe is "function__entry" or "generator__resume" or "execute__entry";

    /// <summary>What PHP's own probes tell too; the line of an end is another for generators.</summary>
    public string Told => Begins ? $"begins {Name} {File}:{Line}" : $"ends {Name} {File}";
}
