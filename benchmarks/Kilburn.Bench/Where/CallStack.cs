using System.Collections.Generic;

namespace Kilburn.Bench.Where;

/// <summary>Where the calls stand that have not returned, as the addresses that ran tell.</summary>
/// <param name="map">Where functions begin.</param>
internal sealed class CallStack(CodeMap map)
{
    private const int Limit = 256;
    private const uint LongestInstruction = 4;

    private readonly List<uint> _sites = [];
    private uint _previous;

    /// <summary>Takes the next instruction.</summary>
    /// <param name="address">Its address.</param>
    internal void Step(uint address)
    {
        if (unchecked(address - _previous) - 1 >= LongestInstruction)
        {
            Jump(address);
        }

        _previous = address;
    }

    /// <summary>The innermost calls.</summary>
    internal CallChain Innermost => new(At(1), At(2), At(3), At(4));

    private void Jump(uint address)
    {
        if (map.IsStart(address))
        {
            if (!map.IsThunk(_previous))
            {
                Push();
            }

            return;
        }

        for (int depth = _sites.Count - 1; depth >= 0; depth--)
        {
            if (unchecked(address - _sites[depth]) - 1 < LongestInstruction)
            {
                _sites.RemoveRange(depth, _sites.Count - depth);
                return;
            }
        }
    }

    private void Push()
    {
        if (_sites.Count == Limit)
        {
            _sites.RemoveAt(0);
        }

        _sites.Add(_previous);
    }

    private uint At(int depth) => _sites.Count >= depth ? _sites[^depth] : 0;
}
