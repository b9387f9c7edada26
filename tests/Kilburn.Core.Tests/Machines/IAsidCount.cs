namespace Kilburn.Core.Tests.Machines;

/// <summary>How many ASIDs a <see cref="PlainMachine{TAsids}"/> has.</summary>
public interface IAsidCount
{
    static abstract int Count { get; }
}

/// <summary>One too few for four cores.</summary>
public readonly struct Asids5 : IAsidCount
{
    public static int Count => 5;
}

public readonly struct Asids6 : IAsidCount
{
    public static int Count => 6;
}

public readonly struct Asids8 : IAsidCount
{
    public static int Count => 8;
}

public readonly struct Asids256 : IAsidCount
{
    public static int Count => 256;
}
