using System.Collections.Generic;

namespace Kilburn.Model.Checking;

/// <summary>What a core's branch predictor may have learned: from which frame it was fetched at an address, under a tag.</summary>
/// <remarks>
/// Where ID_MMFR1 says so, what was learned of one translation is wrong for the next, and goes by invalidation alone.
/// Source: ARM DDI 0406C.d, B2.2.4, B2.2.9.
/// </remarks>
internal sealed class BranchPredictor
{
    private readonly Dictionary<(int Tag, uint Page), Lesson> _lessons = [];
    private readonly List<(int Tag, uint Page)> _keys = [];

    /// <summary>Finds what was learned at an address.</summary>
    /// <param name="tag">An ASID, or <see cref="Holder.Global"/>.</param>
    /// <param name="page">VA[31:12].</param>
    /// <param name="lesson">What was learned.</param>
    /// <returns>False when nothing was.</returns>
    public bool TryFind(int tag, uint page, out Lesson lesson) => _lessons.TryGetValue((tag, page), out lesson);

    /// <summary>A fetch, which teaches.</summary>
    /// <param name="tag">An ASID, or <see cref="Holder.Global"/>.</param>
    /// <param name="page">VA[31:12].</param>
    /// <param name="frame">PA[31:12].</param>
    public void Learn(int tag, uint page, uint frame) => _lessons[(tag, page)] = new Lesson(frame);

    /// <summary>An invalidation, which the asking core's DSB completes.</summary>
    /// <param name="core">The core that asks.</param>
    /// <returns>False when there was nothing to forget.</returns>
    public bool Invalidate(int core)
    {
        bool isNeeded = false;
        foreach ((int, uint) key in Keys())
        {
            Lesson lesson = _lessons[key];
            isNeeded |= lesson.State == HolderState.Holds;
            if (lesson.State != HolderState.Unsynchronized)
            {
                lesson.State = HolderState.Invalidated;
                lesson.Invalidators |= 1u << core;
                _lessons[key] = lesson;
            }
        }

        return isNeeded;
    }

    /// <summary>A DSB of a core that asked.</summary>
    /// <param name="core">That core.</param>
    /// <param name="isOwn">True when it is the predictor's own, whose instructions need an ISB too.</param>
    public void Complete(int core, bool isOwn)
    {
        foreach ((int, uint) key in Keys())
        {
            Lesson lesson = _lessons[key];
            if (lesson.State != HolderState.Invalidated || (lesson.Invalidators & (1u << core)) == 0)
            {
                continue;
            }

            if (isOwn)
            {
                lesson.State = HolderState.Unsynchronized;
                _lessons[key] = lesson;
            }
            else
            {
                _ = _lessons.Remove(key);
            }
        }
    }

    /// <summary>An ISB of the core.</summary>
    /// <returns>False when nothing waited for it.</returns>
    public bool Synchronize()
    {
        bool isNeeded = false;
        foreach ((int, uint) key in Keys())
        {
            if (_lessons[key].State == HolderState.Unsynchronized)
            {
                isNeeded = true;
                _ = _lessons.Remove(key);
            }
        }

        return isNeeded;
    }

    private List<(int Tag, uint Page)> Keys()
    {
        _keys.Clear();
        _keys.AddRange(_lessons.Keys);
        return _keys;
    }

    /// <summary>What was learned at one address.</summary>
    /// <param name="frame">PA[31:12] of what was fetched.</param>
    internal struct Lesson(uint frame)
    {
        public readonly uint Frame = frame;
        public HolderState State = HolderState.Holds;
        public uint Invalidators; // a bit for each core whose DSB would complete the removal
    }
}
