using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>A second opinion: the stack of a process as gdb has it.</summary>
internal static class Gdb
{
    // gdb.INLINE_FRAME; gdb.TAILCALL_FRAME, which gdb reconstructs from call sites and no stack has.
    private const string InlineFrame = "2", TailCallFrame = "3";

    private const string Script = """
        import gdb
        gdb.execute("set backtrace past-main on")
        gdb.execute("set backtrace past-entry on")
        frame = gdb.newest_frame()
        while frame is not None:
            line = frame.find_sal().line
            print("FRAME %x %d %d %s" % (frame.pc(), frame.type(), line, frame.name()))
            frame = frame.older()
        """;

    public static List<GdbFrame> Backtrace(int pid, int thread = 1)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gdb"), "gdb is not installed.");
        string script = Path.GetTempFileName() + ".py";
        try
        {
            File.WriteAllText(script, Script);
            string number = pid.ToString(CultureInfo.InvariantCulture);
            string select = string.Create(CultureInfo.InvariantCulture, $"thread {thread}");
            using var process = Process.Start(new ProcessStartInfo("/usr/bin/gdb", ["-nx", "-batch", "-p", number, "-ex", select, "-x", script])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["DEBUGINFOD_URLS"] = "" },
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var frames = new List<GdbFrame>();
            foreach (string line in output.Split('\n'))
            {
                string[] words = line.Split(' ', 5);
                if (words[0] == "FRAME" && words[2] != TailCallFrame)
                    frames.Add(new(Convert.ToUInt64(words[1], 16), words[4], int.Parse(words[3], CultureInfo.InvariantCulture), words[2] == InlineFrame));
            }

            Assert.True(frames.Count > 0, output + errors.Result);
            return frames;
        }
        finally
        {
            File.Delete(script);
        }
    }
}
