using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Stress;

/// <summary>What one core holds during a run, and what must be in it.</summary>
internal struct StressHoldings
{
    /// <summary>Pages of memory at a time.</summary>
    internal const int PageCapacity = 16;

    /// <summary>Heap blocks at a time.</summary>
    internal const int HeapCapacity = 16;

    /// <summary>Pages of each shared space that are this core's.</summary>
    internal const int PagesOfSpace = 8;

    /// <summary>Addresses of pages; zero for none. The page's first and last word hold the address.</summary>
    internal PageSlots Pages;

    /// <summary>Addresses of heap blocks; zero for none. Each byte of a block is the block's number and core.</summary>
    internal HeapSlots Blocks;

    /// <summary>Lengths of heap blocks.</summary>
    internal HeapSlots Lengths;

    /// <summary>[space][page]: what the pages of the shared spaces are.</summary>
    internal RangePages Ranges;

    /// <summary>A page of a shared space.</summary>
    internal struct RangePage
    {
        /// <summary>There is one.</summary>
        internal bool IsMapped;

        /// <summary>It may be written.</summary>
        internal bool IsWritable;

        /// <summary>What its first word holds.</summary>
        internal uint Word;
    }

    [InlineArray(PageCapacity)]
    internal struct PageSlots
    {
        private uint _first;
    }

    [InlineArray(HeapCapacity)]
    internal struct HeapSlots
    {
        private uint _first;
    }

    [InlineArray(StressPlan.SharedSpaceCount * PagesOfSpace)]
    internal struct RangePages
    {
        private RangePage _first;
    }
}
