namespace Tracer.Uprobes.Following;

/// <summary>What can happen in a family.</summary>
internal enum FamilyRecordKind
{
    /// <summary>Not a record.</summary>
    None,

    /// <summary>A process was forked.</summary>
    Forked,

    /// <summary>A process has executed a program.</summary>
    Executed,

    /// <summary>Libraries were loaded; a thread waits for the answer.</summary>
    Libraries,

    /// <summary>A process has exited.</summary>
    Exited,
}
