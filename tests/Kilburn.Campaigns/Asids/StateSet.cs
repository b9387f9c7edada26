using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;

namespace Kilburn.Campaigns.Asids;

/// <summary>
/// The hashes of states that were met, in open-addressed tables, for several threads. Two states with one hash count as one: with
/// 10^8 states, a chance of 1 in 4000.
/// </summary>
internal sealed class StateSet
{
    private const int PartBits = 6;
    private const int FirstBits = 10;

    private readonly ConcurrentDictionary<ulong, (ulong Following, AsidPath Path)> _following = [];
    private readonly Part[] _parts = [.. Enumerable.Range(0, 1 << PartBits).Select(_ => new Part())];

    /// <summary>Number of states.</summary>
    public long Count => _parts.Sum(part => part.Count);

    /// <summary>Sum of the hashes.</summary>
    public ulong Sum => _parts.Aggregate(0ul, (sum, part) => unchecked(sum + part.Sum));

    /// <summary>Adds a state.</summary>
    /// <returns>False when it was there.</returns>
    public bool Add(ulong hash)
    {
        hash = hash == 0 ? 1 : hash;
        return _parts[hash >> (64 - PartBits)].Add(hash);
    }

    /// <summary>Remembers what follows a state, unless something else is known to follow another with its hash.</summary>
    /// <param name="hash">The state's.</param>
    /// <param name="following">A hash of all that may follow.</param>
    /// <param name="path">How the state was reached.</param>
    /// <returns><paramref name="path"/>; or how the other was reached.</returns>
    public AsidPath FirstUnlike(ulong hash, ulong following, AsidPath path)
    {
        (ulong knownFollowing, AsidPath known) = _following.GetOrAdd(hash, (following, path));
        return knownFollowing == following ? path : known;
    }

    /// <summary>The hashes that begin with the same bits.</summary>
    private sealed class Part
    {
        private readonly Lock _lock = new();
        private ulong[] _hashes = new ulong[1 << FirstBits];
        private int _bits = FirstBits;

        public long Count { get; private set; }

        public ulong Sum { get; private set; }

        public bool Add(ulong hash)
        {
            lock (_lock)
            {
                if (Count > _hashes.LongLength / 4 * 3)
                {
                    Grow();
                }

                if (!Insert(hash))
                {
                    return false;
                }

                Count++;
                Sum = unchecked(Sum + hash);
                return true;
            }
        }

        private bool Insert(ulong hash)
        {
            long mask = _hashes.LongLength - 1;
            long index = (long)((hash << PartBits) >> (64 - _bits));
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
}
