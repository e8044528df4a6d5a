using System.Globalization;
using Tracer.Cli.Tests.Rights;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Places;

/// <summary>
/// A program that runs where names mislead: in another root or namespace, from a file that has another name by now or none. Mounts are in a mount namespace of the target's own, which goes with it.
/// </summary>
internal sealed class PlacedTarget : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] OwnMounts = ["unshare", "--mount", "--propagation", "private"];
    private static readonly string[] OwnPids = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    private readonly PublicFolder _folder;

    private PlacedTarget(PublicFolder folder, LiveTarget live, int pid, string path)
    {
        _folder = folder;
        Live = live;
        Pid = pid;
        Path = path;
    }

    /// <summary>The names of places that <see cref="Start"/> knows.</summary>
    public static IReadOnlyList<string> Places { get; } =
        ["chroot", "pid namespace", "bind mount", "overlay", "deleted", "replaced", "memfd", "user namespace", "setuid"];

    /// <summary>The program, or what started it.</summary>
    public LiveTarget Live { get; }

    /// <summary>The process's id here.</summary>
    public int Pid { get; }

    /// <summary>The program's path as the target sees it.</summary>
    public string Path { get; }

    /// <summary>Starts native-tests/rate there; it is ready when this returns.</summary>
    public static PlacedTarget Start(string place, int hits)
    {
        var program = Repository.Fixture("rate/rate");
        return Make(folder =>
        {
            var copy = System.IO.Path.Combine(folder, "rate");
            switch (place)
            {
                case "chroot":
                    return ("/opt/rate", [.. OwnMounts, "sh", "-ec",
                        "mount -t tmpfs tmpfs $0; mkdir $0/opt; cp $1 $0/opt/rate; cp -L --parents $(ldd $1 | grep -o '/[^ ]*') $0; exec chroot $0 /opt/rate $2", folder, program, Text(hits)]);
                case "pid namespace":
                    return (program, [.. OwnPids, program, Text(hits)]);
                case "bind mount":
                    // Who goes by the name finds a program that was never run.
                    File.Copy("/bin/ls", copy);
                    return (copy, [.. OwnMounts, "sh", "-ec", "mount --bind $1 $0; exec $0 $2", copy, program, Text(hits)]);
                case "overlay":
                    return (System.IO.Path.Combine(folder, "merged", "rate"), [.. OwnMounts, "sh", "-ec",
                        "mount -t tmpfs tmpfs $0; cd $0; mkdir lower upper work merged; cp $1 lower/rate; mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged; exec $0/merged/rate $2",
                        folder, program, Text(hits)]);
                case "deleted" or "replaced":
                    File.Copy(program, copy);
                    return (copy, [copy, Text(hits)]);
                case "memfd":
                    return ("/memfd:placed", ["/usr/bin/python3.11", "-c",
                        "import os, sys; fd = os.memfd_create('placed'); os.write(fd, open(sys.argv[1], 'rb').read()); os.execve(fd, ['rate', sys.argv[2]], os.environ)", program, Text(hits)]);
                case "user namespace":
                    return (program, ["unshare", "--user", "--map-root-user", program, Text(hits)]);
                case "setuid":
                    File.Copy(program, copy);
                    Assert.Equal(0, Command.RunProgram("chmod", "4755", copy).ExitCode);
                    return (copy, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", copy, Text(hits)]);
                default:
                    throw new ArgumentOutOfRangeException(nameof(place), place, "unknown");
            }
        },
        isInner: place == "pid namespace",
        started: folder =>
        {
            var copy = System.IO.Path.Combine(folder, "rate");
            if (place == "deleted")
                File.Delete(copy);
            if (place == "replaced")
            {
                // As an upgrade does.
                File.Copy("/bin/ls", copy + ".new");
                File.Move(copy + ".new", copy, overwrite: true);
            }
        });
    }

    /// <summary>Starts what a shell script says, in a mount namespace of its own; <c>$0</c> is a folder, the rest are arguments.</summary>
    public static PlacedTarget Script(string path, bool isInner, string script, params string[] arguments) =>
        Make(folder => (path, [.. isInner ? OwnPids : OwnMounts, "sh", "-ec", script, folder, .. arguments]), isInner, _ => { });

    /// <summary>The processes that have the number in a pid namespace of their own, by their ids here.</summary>
    public static IReadOnlyList<int> FindInner(int number)
    {
        var proc = new ProcFs(LinuxSystemCalls.Instance);
        return [.. Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(System.IO.Path.GetFileName(d), out var pid) ? pid : 0).Where(p => p > 0)
            .Where(p => proc.Status(p).TryGet(out var s) && s.NamespacePids.Count > 1 && s.InnermostPid == number)];
    }

    /// <summary>Fires one round.</summary>
    public void Fire(int hits)
    {
        Live.WriteLine();
        Assert.StartsWith($"done fired={hits} ", Live.ReadLine(Patience) + " ", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Live.Dispose();
        _folder.Dispose();
    }

    private static PlacedTarget Make(Func<string, (string Path, string[] Command)> command, bool isInner, Action<string> started)
    {
        var folder = new PublicFolder();
        LiveTarget? live = null;
        try
        {
            var (path, line) = command(folder.Path);
            live = LiveTarget.Start(line[0], line[1..]);
            Assert.StartsWith("ready", live.ReadLine(Patience), StringComparison.Ordinal);
            started(folder.Path);
            return new PlacedTarget(folder, live, isInner ? ChildOf(live.Pid) : live.Pid, path);
        }
        catch
        {
            live?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    private static int ChildOf(int pid) => int.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
