namespace Kilburn.Core.Tests.Matrix;

/// <summary>What a core had done when it came to a step.</summary>
/// <param name="LockChanges">Locks taken and given back.</param>
/// <param name="Changes">Words stored and maintenance asked for.</param>
/// <param name="HoldsLocks">Whether it holds a lock.</param>
internal readonly record struct StepTrace(long LockChanges, long Changes, bool HoldsLocks);
