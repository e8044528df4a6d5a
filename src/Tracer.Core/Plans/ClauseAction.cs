namespace Tracer.Core.Plans;

/// <summary>Something a clause does at a hit beside recording an event.</summary>
public abstract record ClauseAction;
