namespace Kilburn.Model.Checking;

/// <summary>A table that some core may walk, or hold something of.</summary>
/// <param name="start">Its physical address.</param>
/// <param name="wordCount">Words in it.</param>
internal abstract class FollowedTable(uint start, int wordCount)
{
    public readonly uint Start = start;
    public readonly int WordCount = wordCount;

    /// <summary>When each word was last stored to; zero for before the table was followed.</summary>
    public readonly uint[] Stamps = new uint[wordCount];
}
