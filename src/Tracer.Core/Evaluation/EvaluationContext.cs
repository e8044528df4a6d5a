using Tracer.Core.Execution;
using Tracer.Core.Targets;

namespace Tracer.Core.Evaluation;

/// <summary>What expressions are evaluated over, beside registers.</summary>
/// <param name="Memory">The target's memory.</param>
/// <param name="Facts">What is known of the hit; null when expressions ask for nothing of it.</param>
/// <param name="Variables">The variables; null when there are none.</param>
/// <param name="TextLimit">The most bytes of a text that is compared or used as a key.</param>
public readonly record struct EvaluationContext(ITargetMemory Memory, IHitFacts? Facts = null, VariableStore? Variables = null, int TextLimit = Plans.PlanBuilder.DefaultTextLimit);
