using Xunit;

namespace Tracer.Cli.Tests.Rights;

/// <summary>Copies of the command and of a program to trace that every user may execute: the sources' folder may be closed to others.</summary>
public sealed class PublicCopy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sharptrace-rights-");

    public PublicCopy()
    {
        Assert.Equal(0, Tests.Command.RunProgram("cp", "-r", Path.GetDirectoryName(Repository.Command)!, Path.Combine(_folder.FullName, "command")).ExitCode);
        File.Copy(Repository.Fixture("rate/rate"), Target);
        Assert.Equal(0, Tests.Command.RunProgram("chmod", "-R", "a+rX", _folder.FullName).ExitCode);
    }

    /// <summary>The command.</summary>
    public string Command => Path.Combine(_folder.FullName, "command", Path.GetFileName(Repository.Command));

    /// <summary>The program: native-tests/rate.</summary>
    public string Target => Path.Combine(_folder.FullName, "rate");

    public void Dispose() => _folder.Delete(recursive: true);
}
