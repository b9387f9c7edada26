using Kilburn.Core;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Benchmarks;

/// <summary>Words in a frame of memory: what a benchmark has allocated and will free.</summary>
/// <param name="start">Memory of the benchmark's own, for as many words as it uses.</param>
public readonly struct AddressList(PhysicalAddress start)
{
    private const int WordShift = 2;

    private readonly PhysicalAddress _start = start;

    /// <summary>A word of the list.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="index">From 0.</param>
    public ref uint At<TMachine>(ref TMachine machine, uint index)
        where TMachine : struct, IMachine => ref machine.Data<uint>(_start.Add(index << WordShift));

    /// <summary>Puts the first words into a random order (Fisher and Yates).</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="random">Decides.</param>
    /// <param name="count">How many words.</param>
    public void Shuffle<TMachine>(ref TMachine machine, ref RandomSequence random, uint count)
        where TMachine : struct, IMachine
    {
        for (uint left = count; left > 1; left--)
        {
            ref uint last = ref At(ref machine, left - 1);
            ref uint other = ref At(ref machine, random.Next(left));
            uint word = last;
            last = other;
            other = word;
        }
    }
}
