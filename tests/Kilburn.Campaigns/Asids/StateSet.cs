using System;

namespace Kilburn.Campaigns.Asids;

/// <summary>The hashes of states that were met. Two states with one hash count as one: with 10^8 states, a chance of 1 in 4000.</summary>
internal sealed class StateSet
{
    private const int FirstBits = 16;

    private ulong[] _hashes = new ulong[1 << FirstBits];
    private int _bits = FirstBits;

    /// <summary>Number of states.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a state.</summary>
    /// <returns>False when it was there.</returns>
    public bool Add(ulong hash)
    {
        hash = hash == 0 ? 1 : hash;
        if (Count > _hashes.LongLength / 4 * 3)
        {
            Grow();
        }

        if (!Insert(hash))
        {
            return false;
        }

        Count++;
        return true;
    }

    private bool Insert(ulong hash)
    {
        long mask = _hashes.LongLength - 1;
        long index = (long)(hash >> (64 - _bits));
        while (_hashes[index] != 0)
        {
            if (_hashes[index] == hash)
            {
                return false;
            }

            index = (index + 1) & mask;
        }

        _hashes[index] = hash;
        return true;
    }

    private void Grow()
    {
        ulong[] old = _hashes;
        _bits++;
        _hashes = new ulong[1L << _bits];
        foreach (ulong hash in old)
        {
            if (hash != 0)
            {
                _ = Insert(hash);
            }
        }
    }
}
