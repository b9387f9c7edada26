namespace Kilburn.Kernel.Processes;

/// <summary>Where the kernel puts ranges of a program that asks for no place.</summary>
public enum RangePlaces : byte
{
    /// <summary>The lowest that are free, in turn: each run of a program is like the last.</summary>
    Low,

    /// <summary>Drawn at random, from a seed of the board's that no two processes share but clones.</summary>
    Random,
}
