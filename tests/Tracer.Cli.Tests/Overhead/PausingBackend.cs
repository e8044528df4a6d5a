using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Cli.Tests.Overhead;

/// <summary>Hands out the attachment of a backend, so that a test decides when it pauses.</summary>
internal sealed class PausingBackend(IProbeBackend inner) : IProbeBackend
{
    public IMeteredAttachment Attachment { get; private set; } = null!;

    public string Name => inner.Name;

    public BackendSupport Evaluate(TracePlan plan) => inner.Evaluate(plan);

    public string? Refuse(Expression expression, int textLimit) => inner.Refuse(expression, textLimit);

    public async ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken) =>
        Attachment = (IMeteredAttachment)await inner.AttachAsync(plan, sink, cancellationToken);
}
