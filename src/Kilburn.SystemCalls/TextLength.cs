namespace Kilburn.SystemCalls;

/// <summary>Lengths of texts that a call takes.</summary>
public static class TextLength
{
    /// <summary>In place of a name's length: the name ends before the first byte that is zero.</summary>
    public const uint UpToZero = uint.MaxValue;
}
