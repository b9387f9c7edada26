using Kilburn.Core.Addresses;

namespace Kilburn.Core.Tables;

/// <summary>Goes through the mappings of a range, run by run, as the tables stand in memory.</summary>
/// <remarks>Takes no lock; see <see cref="TableWalk"/>. Empty first-level entries cost one read a MiB.</remarks>
public struct MappingRuns
{
    private readonly TranslationContext _context;
    private readonly uint _end; // exclusive; 0 for 4 GiB
    private uint _next;
    private bool _isFinished;

    /// <summary>Starts at the bottom of a range.</summary>
    /// <param name="context">The registers to walk with.</param>
    /// <param name="range">What to look at.</param>
    public MappingRuns(in TranslationContext context, VirtualRange range)
    {
        _context = context;
        _next = range.Start.Value;
        _end = range.End.Value;
        _isFinished = range.LengthInBytes == 0;
    }

    /// <summary>Finds the next run.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="run">The run; default at the end.</param>
    /// <returns>False at the end.</returns>
    public bool TryNext<TMachine>(ref TMachine machine, out MappingRun run)
        where TMachine : struct, IMachine
    {
        Mapping first = default;
        PhysicalAddress physical = default;
        uint start = 0;
        uint length = 0;
        while (!_isFinished)
        {
            TableWalk walk = TableWalk.Of(ref machine, in _context, new VirtualAddress(_next));
            uint step = walk.IsMapped ? walk.Mapping.LengthInBytes
                : walk.HasSecondLevel ? PageSize.Small
                : PageSize.Section;
            uint advance = LimitToEnd(step - (_next & (step - 1)));
            if (!walk.IsMapped)
            {
                if (length != 0)
                {
                    break;
                }
            }
            else if (length == 0)
            {
                first = walk.Mapping;
                physical = walk.Physical;
                start = _next;
                length = advance;
            }
            else if (walk.Mapping.HasAttributesOf(in first) && walk.Physical == physical.Add(length))
            {
                length += advance;
            }
            else
            {
                break;
            }

            Advance(advance);
        }

        run = new MappingRun(new VirtualAddress(start), length, first, physical);
        return length != 0;
    }

    private readonly uint LimitToEnd(uint step) => unchecked(_end - _next) - 1 < step - 1 ? unchecked(_end - _next) : step;

    private void Advance(uint step)
    {
        _next = unchecked(_next + step);
        _isFinished = _next == _end;
    }
}
