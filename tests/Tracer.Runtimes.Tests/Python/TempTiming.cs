using Tracer.Runtimes.Python;
using Tracer.Testing;
namespace Tracer.Runtimes.Tests.Python;
public sealed class TempTiming
{
    [Fact]
    public void Time()
    {
        foreach (var b in new[] { "2.7-stripped", "3.12-stripped", "3.13-stripped", "3.11-debian", "3.13-sid", "3.15-sid" })
        {
            var module = Interpreters.Open(Pythons.Get(b).Library, out var file);
            using (file)
            {
                var found = new PythonRuntime().Recognise(module)!;
                var text = b + ":";
                for (var k = 0; k < 8; k++)
                {
                    var t = System.Diagnostics.Stopwatch.StartNew();
                    found.FindProbes([]);
                    text += $" {t.Elapsed.TotalMilliseconds:f1}";
                }
                Console.Error.WriteLine(text);
            }
        }
    }
}
