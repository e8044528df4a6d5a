namespace Tracer.Cli.Tests.Rights;

/// <summary>A folder that everybody may write to, gone at the end.</summary>
internal sealed class PublicFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sharptrace-public-");

    public PublicFolder() => Command.RunProgram("chmod", "777", Path);

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
