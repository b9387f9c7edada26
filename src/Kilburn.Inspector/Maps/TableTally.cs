namespace Kilburn.Inspector.Maps;

/// <summary>The tables of a level.</summary>
/// <param name="Level">1 to 3.</param>
/// <param name="Count">How many there are.</param>
/// <param name="LengthInBytes">What walks may read of them.</param>
/// <param name="ValidEntries">Entries that are not fault entries.</param>
/// <param name="WastedInBytes">What fault entries take.</param>
public readonly record struct TableTally(int Level, int Count, long LengthInBytes, long ValidEntries, long WastedInBytes);
