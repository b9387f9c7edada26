namespace Kilburn.Inspector.Translation;

/// <summary>What the tables on the way say about everything below them.</summary>
/// <param name="Domain">Domain of a short descriptor's link.</param>
/// <param name="IsExecuteNever">XNTable.</param>
/// <param name="IsKernelExecuteNever">PXN of a short link, or PXNTable.</param>
/// <param name="IsKernelOnly">APTable[0].</param>
/// <param name="IsReadOnly">APTable[1].</param>
/// <param name="IsNonSecure">NS of a short link, or NSTable.</param>
public readonly record struct Inherited(
    byte Domain,
    bool IsExecuteNever,
    bool IsKernelExecuteNever,
    bool IsKernelOnly,
    bool IsReadOnly,
    bool IsNonSecure);
