using System.Collections;
using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Cli.Sudo;

/// <summary>
/// The hidden mode of this program that starts a command as another user: it becomes that user, stops itself so that a tracer can take hold of it, and executes the
/// command in its own place. No process with rights is left behind, and the command is permitted what its user is, its own file included.
/// </summary>
internal static class UserStart
{
    /// <summary>The hidden verb: <c>exec-as UID GID GROUP,... VARIABLE|- PATH ARG...</c></summary>
    public const string Verb = "exec-as";

    // What a shell says of a command that is there and cannot be executed, and of one that is not there.
    private const int CannotExecute = 126;
    private const int NotThere = 127;

    private const string DiagnosticsSwitch = "DOTNET_EnableDiagnostics";
    private const string Nothing = "-";

    /// <summary>How to start a command as the user, with what sudo -u would set in its environment.</summary>
    public static CommandLaunch Launch(InvokingUser user)
    {
        var account = UserAccount.Find(user.UserId);
        var groups = account?.Groups(user.GroupId) ?? [user.GroupId];
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            environment[(string)entry.Key] = (string?)entry.Value ?? "";
        foreach (var name in new[] { "SUDO_UID", "SUDO_GID", "SUDO_USER", "SUDO_COMMAND", "SUDO_HOME" })
            environment.Remove(name);
        if (account is not null)
        {
            environment["HOME"] = account.Home;
            environment["USER"] = environment["LOGNAME"] = account.Name;
            environment["SHELL"] = account.Shell;
            if (environment.ContainsKey("MAIL"))
                environment["MAIL"] = $"/var/mail/{account.Name}";
        }

        // The runtime's socket for debuggers is a file that only its exit removes, and this one does not exit.
        var added = environment.TryAdd(DiagnosticsSwitch, "0") ? DiagnosticsSwitch : Nothing;
        return new CommandLaunch(
            [.. Self(), Verb, Number(user.UserId), Number(user.GroupId), string.Join(',', groups.Select(Number)), added], environment);
    }

    /// <summary>The hidden mode; returns only when it fails.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var user, var group, var groups, var variable, var path, .. var rest]
            || !TryParse(user, out var userId) || !TryParse(group, out var groupId) || groups.Split(',').Any(g => !TryParse(g, out _)))
        {
            throw new TracerException("ST0001", FailureKind.Usage, $"'{Verb}' is for sharptrace's own use.");
        }

        if (!ProcessIdentity.Become(userId, groupId, [.. groups.Split(',').Select(g => uint.Parse(g, CultureInfo.InvariantCulture))]).TryGet(out _, out var error))
            return Fail(error);
        if (variable != Nothing)
            Environment.SetEnvironmentVariable(variable, null);
        var gate = LinuxSystemCalls.Instance;
        gate.Kill(Environment.ProcessId, Signal.Stop);
        var texts = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            texts.Add($"{entry.Key}={entry.Value}");
        return Fail(ProgramImage.Replace(path, [path, .. rest], texts));
    }

    private static int Fail(KernelError error)
    {
        Console.Error.WriteLine($"sharptrace: {error}.");
        return error.Error == Errno.ENOENT ? NotThere : CannotExecute;
    }

    // Under the dotnet host the program is its argument.
    private static string[] Self()
    {
        var program = Environment.ProcessPath ?? "/proc/self/exe";
        return Path.GetFileName(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
    }

    private static bool TryParse(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
