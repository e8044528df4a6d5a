using System.Globalization;
using Tracer.Linux;

namespace Tracer.Cli.Sudo;

/// <summary>The user who called sudo to run this program.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group he was in.</param>
internal sealed record InvokingUser(uint UserId, uint GroupId)
{
    /// <summary>Who it is; null when this process is not root's, or was not started by sudo, or by root.</summary>
    public static InvokingUser? Find()
    {
        // sudo(8), "Environment". Nobody but root gets here with an environment of his own making: others would only become what they say.
        if (LinuxSystemCalls.Instance.EffectiveUserId() != 0)
            return null;
        return Number("SUDO_UID") is { } user and not 0 && Number("SUDO_GID") is { } group ? new InvokingUser(user, group) : null;
    }

    private static uint? Number(string variable) =>
        uint.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;
}
