using System.Diagnostics;

namespace Tracer.Fuzz;

/// <summary>Runs one target: the whole corpus, then mutations of it. The same seed gives the same inputs.</summary>
public sealed class Fuzzer
{
    // Deep recursion shall show here sooner than in a thread with the usual stack.
    private const int StackSize = 1 << 20;

    // Inputs that reached something new are mutated further.
    private const int MaximumPool = 4096;
    private const int MaximumKept = 64;
    private const int LongestKept = 4096;

    private readonly FuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly Outcome _outcome = new();
    private readonly HashSet<ulong> _seen = [];
    private readonly List<byte[]> _pool = [];
    private readonly Dictionary<string, Finding> _findings = [];
    private TimeSpan _slowest;
    private int _replayed;
    private int _kept;
    private byte[]? _current;
    private long _started;

    private Fuzzer(FuzzTarget target, FuzzOptions options) => (_target, _options) = (target, options);

    /// <summary>Runs a target in a thread of its own.</summary>
    public static FuzzResult Run(FuzzTarget target, FuzzOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        var fuzzer = new Fuzzer(target, options);
        FuzzResult? result = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = fuzzer.Run();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackSize);
        using var watch = new Timer(_ => fuzzer.EndHang(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        thread.Start();
        thread.Join();
        return result ?? throw new InvalidOperationException($"{target.Name}: the fuzzer itself failed.", failure);
    }

    private FuzzResult Run()
    {
        var started = Stopwatch.GetTimestamp();
        var corpus = _target.Seeds.Concat(Corpus.Read(_target, _options.Directory).Select(i => i.Bytes)).ToArray();
        if (corpus.Length == 0)
            corpus = [[]];
        // What is allocated once, tables and compiled code, is no input's.
        foreach (var input in corpus)
            TryOnce(input, out _, out _, out _);
        foreach (var input in corpus)
        {
            Try(input, isCorpus: true);
            _replayed++;
        }

        var mutator = new Mutator(_options.Seed) { Others = _pool };
        var count = _options.Count ?? _target.Count;
        for (var k = 0; k < count; k++)
        {
            var input = _target.Mutate(mutator.Pick(_pool), mutator);
            Try(input, isCorpus: false);
        }

        return new FuzzResult(_target.Name, _replayed, count, _seen.Count, _kept, Stopwatch.GetElapsedTime(started), _slowest, [.. _findings.Values]);
    }

    private void Try(byte[] input, bool isCorpus)
    {
        var limit = _target.AllocationLimit(input.Length);
        var failure = TryOnce(input, out var elapsed, out var allocated, out var signature);
        // A busy machine or a table made once is told from the input by doing it again.
        for (var again = 0; again < 2 && failure is null && (elapsed > _options.Slow || allocated > limit); again++)
        {
            failure = TryOnce(input, out var elapsedAgain, out var allocatedAgain, out _);
            elapsed = elapsedAgain < elapsed ? elapsedAgain : elapsed;
            allocated = Math.Min(allocated, allocatedAgain);
        }

        _slowest = elapsed > _slowest ? elapsed : _slowest;
        if (failure is not null)
            Report(new Finding(_target.Name, "exception", failure.ToString(), input) { Cause = CauseOf(failure) });
        else if (elapsed > _options.Slow)
            Report(new Finding(_target.Name, "slow", $"{elapsed.TotalSeconds:f1} s", input));
        else if (allocated > limit)
            Report(new Finding(_target.Name, "allocation", $"{allocated} bytes for an input of {input.Length}, at most {limit} allowed", input));
        var isNew = _seen.Add(signature);
        if (isCorpus || (isNew && _pool.Count < MaximumPool))
            _pool.Add(input);
        if (isNew && !isCorpus && _options.Grows && _kept < MaximumKept && input.Length <= LongestKept)
        {
            Corpus.Save(_target.Name, _options.Directory, "new", input);
            _kept++;
        }
    }

    private Exception? TryOnce(byte[] input, out TimeSpan elapsed, out long allocated, out ulong signature)
    {
        _outcome.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        Volatile.Write(ref _started, start);
        Volatile.Write(ref _current, input);
        Exception? failure = null;
        try
        {
            _target.Run(input, _outcome);
        }
        catch (Exception e)
        {
            failure = e;
        }

        Volatile.Write(ref _current, null);
        elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        signature = _outcome.Signature;
        return failure;
    }

    private void Report(Finding finding)
    {
        if (!_findings.TryAdd(finding.Cause, finding))
            return;
        if (_options.Saves)
            Corpus.Save(finding.Target, _options.Directory, "regression", finding.Input);
    }

    private static string CauseOf(Exception failure)
    {
        var frames = (failure.StackTrace ?? "").Split('\n');
        return failure.GetType().Name + Array.Find(frames, f => f.Contains(" Tracer.", StringComparison.Ordinal) && !f.Contains("Tracer.Fuzz", StringComparison.Ordinal))?.Trim();
    }

    private void EndHang()
    {
        if (Volatile.Read(ref _current) is not { } input || Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) < _options.Hang)
            return;
        var path = Corpus.Save(_target.Name, _options.Directory, "regression", input);
        Environment.FailFast($"{_target.Name}: an input of {input.Length} bytes is not read to its end in {_options.Hang.TotalSeconds} s: {path}");
    }
}
