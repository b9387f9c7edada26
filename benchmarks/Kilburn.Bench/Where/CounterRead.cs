namespace Kilburn.Bench.Where;

/// <summary>A read of the cycle counter.</summary>
/// <param name="Chain">The calls that led to it.</param>
/// <param name="Position">Instructions that had run before it.</param>
internal readonly record struct CounterRead(CallChain Chain, long Position);
