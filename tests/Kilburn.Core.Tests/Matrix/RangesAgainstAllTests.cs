using Xunit;

namespace Kilburn.Core.Tests.Matrix;

/// <summary>The changes of ranges: each against itself and all operations after it.</summary>
public sealed class RangesAgainstAllTests
{
    public static TheoryData<Operation> Operations => [.. OperationMatrix.From(Operation.MapRange, Operation.MapPage)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AgainstItselfAndThoseAfterIt_KeepsAllThatHoldsForAny(Operation operation) =>
        OperationMatrix.Explore(operation);
}
