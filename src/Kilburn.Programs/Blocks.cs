using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>The block operations of the core library: many lengths, places and overlaps, against bytes one by one.</summary>
public static unsafe class Blocks
{
    private const uint Length = 256;
    private const uint Margin = 64;
    private const uint LongestBlock = 100;
    private const uint Places = 4;
    private const uint DenseLengths = 40; // every one up to here, and then every seventh
    private const uint SparseStep = 7;
    private const uint MoveStep = 3;

    /// <summary>Fills and moves.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when every byte is as it should be.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("blocks"u8);
        if (!check.Done("map"u8, Memory.TryMap(0, Memory.PageBytes, Memory.ReadWrite, out uint page)))
        {
            return check.Status;
        }

        byte* actual = (byte*)page;
        byte* expected = actual + Length;
        uint wrong = 0;
        uint operations = 0;
        for (uint length = 0; length <= LongestBlock; length += length < DenseLengths ? 1 : SparseStep)
        {
            for (uint place = 0; place < Places; place++)
            {
                Prepare(actual, expected);
                bool isReturned = MemorySet(actual + Margin + place, 0x5A, length) == actual + Margin + place;
                for (uint index = 0; index < length; index++)
                {
                    expected[Margin + place + index] = 0x5A;
                }

                wrong += isReturned && AreEqual(actual, expected) ? 0u : 1u;
                wrong += CountWrongMoves(actual, expected, place, length);
                operations += 1 + (((2 * Margin) + MoveStep - 1) / MoveStep);
            }
        }

        _ = check.Equal("operations that went wrong"u8, wrong, 0);
        Line line = check.Begin();
        line.AddDecimal(operations);
        line.Add(" fills and moves, "u8);
        line.AddDecimal(wrong);
        line.Add(" wrong"u8);
        line.Print();
        return check.Status;
    }

    // To every third place from 64 bytes below to 63 above.
    private static uint CountWrongMoves(byte* actual, byte* expected, uint place, uint length)
    {
        uint wrong = 0;
        for (uint to = 0; to < 2 * Margin; to += MoveStep)
        {
            Prepare(actual, expected);
            uint from = Margin + place;
            bool isReturned = MemoryMove(actual + to, actual + from, length) == actual + to;
            for (uint index = 0; index < length; index++)
            {
                expected[to + index] = PatternAt(from + index);
            }

            wrong += isReturned && AreEqual(actual, expected) ? 0u : 1u;
        }

        return wrong;
    }

    private static void Prepare(byte* actual, byte* expected)
    {
        for (uint index = 0; index < Length; index++)
        {
            actual[index] = PatternAt(index);
            expected[index] = PatternAt(index);
        }
    }

    private static bool AreEqual(byte* actual, byte* expected)
    {
        for (uint index = 0; index < Length; index++)
        {
            if (actual[index] != expected[index])
            {
                return false;
            }
        }

        return true;
    }

    private static byte PatternAt(uint index) => (byte)(index ^ (index << 5));

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "memset")]
    private static extern byte* MemorySet(byte* destination, int value, nuint length);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "memmove")]
    private static extern byte* MemoryMove(byte* destination, byte* source, nuint length);
}
