using System.Runtime.CompilerServices;
using System.Threading;

namespace Kilburn.Core.Locks;

/// <summary>Changes of words that cores share, made of compare-and-swaps.</summary>
/// <remarks>
/// <see cref="Add"/> is for all who add to a count now and then. The others are what the members of <see cref="IMachine"/> of the same
/// names do, for machines that have no routine of their own for them.
/// </remarks>
public static class SharedWord
{
    private const uint AllBits = uint.MaxValue;
    private const int BitsPerWordShift = 5;
    private const uint BitMask = (1u << BitsPerWordShift) - 1;

    /// <summary>Adds to a word that others change meanwhile.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="value">What is added; to subtract, its negative. Wraps modulo 2^32.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Add<TMachine>(ref TMachine machine, ref uint location, uint value)
        where TMachine : struct, IMachine
    {
        uint held = Volatile.Read(ref location);
        uint seen;
        while ((seen = machine.CompareExchange(ref location, unchecked(held + value), held)) != held)
        {
            held = seen;
        }
    }

    /// <summary>Adds to a word that others change meanwhile, unless it then passes a limit.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="value">What is added, at least 1.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>False, with nothing done, when it would.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryAdd<TMachine>(ref TMachine machine, ref uint location, uint value, uint limit)
        where TMachine : struct, IMachine
    {
        uint held = Volatile.Read(ref location);
        while (held <= limit && value <= limit - held)
        {
            uint seen = machine.CompareExchange(ref location, held + value, held);
            if (seen == held)
            {
                return true;
            }

            held = seen;
        }

        return false;
    }

    /// <summary>Clears bits of a word that others change meanwhile.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    /// <returns>What the word holds then.</returns>
    public static uint ClearBits<TMachine>(ref TMachine machine, ref uint location, uint bits)
        where TMachine : struct, IMachine
    {
        uint held = Volatile.Read(ref location);
        uint seen;
        while ((seen = machine.CompareExchange(ref location, held & ~bits, held)) != held)
        {
            held = seen;
        }

        return held & ~bits;
    }

    /// <summary>What <see cref="IMachine.AcquireBits"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    public static void AcquireBits<TMachine>(ref TMachine machine, ref uint location, uint bits)
        where TMachine : struct, IMachine
    {
        while (true)
        {
            uint held = Volatile.Read(ref location);
            if ((held & bits) != 0)
            {
                machine.Relax();
            }
            else if (machine.CompareExchange(ref location, held | bits, held) == held)
            {
                return;
            }
        }
    }

    /// <summary>What <see cref="IMachine.AcquireWords"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="first">The first shared word.</param>
    /// <param name="count">How many.</param>
    public static void AcquireWords<TMachine>(ref TMachine machine, ref uint first, uint count)
        where TMachine : struct, IMachine
    {
        for (uint index = 0; index < count; index++)
        {
            AcquireBits(ref machine, ref Unsafe.Add(ref first, (int)index), AllBits);
        }
    }

    /// <summary>What <see cref="IMachine.ReleaseBits"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    public static void ReleaseBits<TMachine>(ref TMachine machine, ref uint location, uint bits)
        where TMachine : struct, IMachine => _ = ClearBits(ref machine, ref location, bits);

    /// <summary>What <see cref="IMachine.ReleaseBitsAndCount"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="bits">The bits.</param>
    /// <param name="counter">The counter.</param>
    public static void ReleaseBitsAndCount<TMachine>(ref TMachine machine, ref uint location, uint bits, ref uint counter)
        where TMachine : struct, IMachine
    {
        Add(ref machine, ref counter, 1);
        ReleaseBits(ref machine, ref location, bits);
    }

    /// <summary>What <see cref="IMachine.SetBit"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="bitmap">The first of the shared words.</param>
    /// <param name="index">The bit.</param>
    /// <returns>What its word held.</returns>
    public static uint SetBit<TMachine>(ref TMachine machine, ref uint bitmap, uint index)
        where TMachine : struct, IMachine
    {
        ref uint location = ref Unsafe.Add(ref bitmap, (int)(index >> BitsPerWordShift));
        uint bit = 1u << (int)(index & BitMask);
        uint held = Volatile.Read(ref location);
        uint seen;
        while ((seen = machine.CompareExchange(ref location, held | bit, held)) != held)
        {
            held = seen;
        }

        return held;
    }

    /// <summary>What <see cref="IMachine.AddBelow"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="location">The shared word.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>Zero when the word is not below it.</returns>
    public static uint AddBelow<TMachine>(ref TMachine machine, ref uint location, uint limit)
        where TMachine : struct, IMachine => TryAdd(ref machine, ref location, 1, limit) ? 1u : 0;
}
