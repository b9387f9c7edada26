using Xunit;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>Given pages, objects, faults, spaces, ASIDs, frames and heap: each against itself and all operations after it.</summary>
/// <remarks>A class of its own, so that it runs beside <see cref="RangesAgainstAllTests"/>.</remarks>
public sealed class OthersAgainstAllTests
{
    public static TheoryData<Operation> Operations => [.. OperationMatrix.From(Operation.MapPage, OperationMatrix.End)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AgainstItselfAndThoseAfterIt_KeepsAllThatHoldsForAny(Operation operation) =>
        OperationMatrix.Explore(operation);
}
