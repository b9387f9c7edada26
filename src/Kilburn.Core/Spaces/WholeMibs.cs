namespace Kilburn.Core.Spaces;

/// <summary>What an operation does with a MiB that its range covers.</summary>
internal enum WholeMibs : byte
{
    /// <summary>It changes entries of the MiB's table.</summary>
    Changed,

    /// <summary>The MiB's table goes, whatever is in it.</summary>
    Replaced,
}
