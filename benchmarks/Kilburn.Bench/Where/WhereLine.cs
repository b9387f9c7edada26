namespace Kilburn.Bench.Where;

/// <summary>What one method has of an operation.</summary>
/// <param name="Method"><c>Type.Method</c>, or a routine of the assembler.</param>
/// <param name="Instructions">Of its own, per operation.</param>
/// <param name="Calls">Per operation.</param>
internal sealed record WhereLine(string Method, decimal Instructions, decimal Calls);
