using System.Runtime.CompilerServices;

namespace Kilburn.Core.Locks;

/// <summary>Head of a small stack of words that one core has for itself, each core its own; or one for all, under a lock.</summary>
/// <remarks>
/// <para>The entries follow the head, and the stacks of the cores follow each other at <see cref="StrideInBytes"/>:</para>
/// <code>
///  +0   offset of the entry on top; 8 when empty
///  +4   offset of the last entry that there is room for
///  +8   zero: what an empty stack has on top
///  +12  entries, none of them zero
/// </code>
/// <para>
/// A core's own: that core only, with interrupts masked; others may read it for statistics. <see cref="IMachine.PopLocal"/> and
/// <see cref="IMachine.TryPushLocal"/> are the ways in for code that has not masked interrupts: one assembly routine each on the real
/// machine, because masking, asking for the core's number, a compare-and-swap and unmasking are four calls otherwise, and cost more
/// than the rest of a page's life. <see cref="Pop"/> and <see cref="TryPush"/> are the same in C#, for all other machines.
/// </para>
/// </remarks>
public struct CoreStack
{
    /// <summary>log2 of the distance from a core's stack to the next core's.</summary>
    public const int StrideShift = 13;

    /// <summary>Distance from a core's stack to the next core's, in bytes.</summary>
    public const int StrideInBytes = 1 << StrideShift;

    /// <summary>Bytes of the head.</summary>
    public const int HeadInBytes = 12;

    private const uint EntryInBytes = 4;
    private const uint EmptyTop = 8;

    private uint _top; // owner core only, or guarded by the lock of what it lies in
    private uint _last; // written once
    private uint _bottom; // zero

    /// <summary>Entries on the stack.</summary>
    public readonly uint Count => (_top - EmptyTop) >> 2;

    /// <summary>Most entries.</summary>
    public readonly uint Capacity => (_last - EmptyTop) >> 2;

    /// <summary>Entries that there is room for.</summary>
    public readonly uint Room => (_last - _top) >> 2;

    /// <summary>Makes the stack an empty one.</summary>
    /// <param name="capacity">Most entries.</param>
    public void Clear(uint capacity)
    {
        _top = EmptyTop;
        _last = EmptyTop + (capacity * EntryInBytes);
        _bottom = 0;
    }

    /// <summary>The stack of a core.</summary>
    /// <param name="first">Core 0's.</param>
    /// <param name="coreIndex">The core.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref CoreStack OfCore(ref CoreStack first, uint coreIndex) =>
        ref Unsafe.AddByteOffset(ref first, (nint)(coreIndex << StrideShift));

    /// <summary>An entry, counted from the bottom.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="index">Below its count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref uint Entry(ref CoreStack stack, uint index) =>
        ref Unsafe.AddByteOffset(ref stack._bottom, (nint)((index + 1) * EntryInBytes));

    /// <summary>Puts a word on top. Interrupts are masked, and there is room.</summary>
    /// <param name="stack">The calling core's stack.</param>
    /// <param name="value">Not zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PushOwn(ref CoreStack stack, uint value)
    {
        uint top = stack._top + EntryInBytes;
        Unsafe.AddByteOffset(ref stack._top, (nint)top) = value;
        stack._top = top;
    }

    /// <summary>Puts words on top that fall by a step. Interrupts are masked, and there is room.</summary>
    /// <param name="stack">The calling core's stack.</param>
    /// <param name="value">The first, and largest.</param>
    /// <param name="step">What each is less than the one before.</param>
    /// <param name="count">How many: a multiple of 4, because four are written in a turn.</param>
    public static void PushFalling(ref CoreStack stack, uint value, uint step, uint count)
    {
        uint top = stack._top;
        stack._top = top + (count * EntryInBytes);
        ref uint entry = ref Unsafe.AddByteOffset(ref stack._top, (nint)(top + EntryInBytes));
        for (; count != 0; count -= 4)
        {
            entry = value;
            value -= step;
            Unsafe.Add(ref entry, 1) = value;
            value -= step;
            Unsafe.Add(ref entry, 2) = value;
            value -= step;
            Unsafe.Add(ref entry, 3) = value;
            value -= step;
            entry = ref Unsafe.Add(ref entry, 4);
        }
    }

    /// <summary>Puts a word on top for each bit that is set, from the highest down. Interrupts are masked, and there is room.</summary>
    /// <param name="stack">The calling core's stack.</param>
    /// <param name="value">The word of bit 31.</param>
    /// <param name="step">What the word of each bit is less than that of the bit above.</param>
    /// <param name="bits">The bits. Eight at a time where all are set: most rows are nearly full or nearly empty.</param>
    public static void PushBits(ref CoreStack stack, uint value, uint step, uint bits)
    {
        const int GroupShift = 24;
        const int GroupLength = 8;
        const uint FullGroup = 0xFF;
        ref uint entry = ref Unsafe.AddByteOffset(ref stack._top, (nint)stack._top);
        while (bits != 0)
        {
            uint group = bits >> GroupShift;
            bits <<= GroupLength;
            if (group == FullGroup)
            {
                Unsafe.Add(ref entry, 1) = value;
                value -= step;
                Unsafe.Add(ref entry, 2) = value;
                value -= step;
                Unsafe.Add(ref entry, 3) = value;
                value -= step;
                Unsafe.Add(ref entry, 4) = value;
                value -= step;
                Unsafe.Add(ref entry, 5) = value;
                value -= step;
                Unsafe.Add(ref entry, 6) = value;
                value -= step;
                Unsafe.Add(ref entry, 7) = value;
                value -= step;
                entry = ref Unsafe.Add(ref entry, GroupLength);
                entry = value;
                value -= step;
                continue;
            }

            uint below = value;
            value -= step << 3;
            for (uint left = group << GroupShift; left != 0; left <<= 1)
            {
                if ((int)left < 0)
                {
                    entry = ref Unsafe.Add(ref entry, 1);
                    entry = below;
                }

                below -= step;
            }
        }

        stack._top = (uint)Unsafe.ByteOffset(ref stack._top, ref entry);
    }

    /// <summary>Takes the word on top. Interrupts are masked.</summary>
    /// <param name="stack">The calling core's stack.</param>
    /// <returns>The word; zero when the stack is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PopOwn(ref CoreStack stack)
    {
        uint top = stack._top;
        uint value = Unsafe.AddByteOffset(ref stack._top, (nint)top);
        if (value != 0)
        {
            stack._top = top - EntryInBytes;
        }

        return value;
    }

    /// <summary>Moves words from the top of a stack to the top of another, where they come in the same order.</summary>
    /// <param name="from">The one stack.</param>
    /// <param name="to">The other; it has room.</param>
    /// <param name="count">At most what the one has: a multiple of 4 is quickest, because four are moved in a turn.</param>
    public static void Move(ref CoreStack from, ref CoreStack to, uint count)
    {
        ref uint source = ref Unsafe.AddByteOffset(ref from._top, (nint)(from._top + EntryInBytes - (count * EntryInBytes)));
        ref uint target = ref Unsafe.AddByteOffset(ref to._top, (nint)(to._top + EntryInBytes));
        from._top -= count * EntryInBytes;
        to._top += count * EntryInBytes;
        for (; count >= 4; count -= 4)
        {
            target = source;
            Unsafe.Add(ref target, 1) = Unsafe.Add(ref source, 1);
            Unsafe.Add(ref target, 2) = Unsafe.Add(ref source, 2);
            Unsafe.Add(ref target, 3) = Unsafe.Add(ref source, 3);
            source = ref Unsafe.Add(ref source, 4);
            target = ref Unsafe.Add(ref target, 4);
        }

        for (; count != 0; count--)
        {
            target = source;
            source = ref Unsafe.Add(ref source, 1);
            target = ref Unsafe.Add(ref target, 1);
        }
    }

    /// <summary>Takes words from the top and forgets them. Interrupts are masked.</summary>
    /// <param name="stack">The calling core's stack.</param>
    /// <param name="count">At most its count.</param>
    public static void Drop(ref CoreStack stack, uint count) => stack._top -= count * EntryInBytes;

    /// <summary>What <see cref="IMachine.PopLocal"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="first">Core 0's stack.</param>
    /// <returns>The word that was on top of the calling core's; zero when it is empty.</returns>
    public static uint Pop<TMachine>(ref TMachine machine, ref CoreStack first)
        where TMachine : struct, IMachine
    {
        uint interrupts = machine.MaskInterrupts();
        uint value = PopOwn(ref OfCore(ref first, machine.CoreIndex));
        machine.RestoreInterrupts(interrupts);
        return value;
    }

    /// <summary>What <see cref="IMachine.TryPushLocal"/> does.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="first">Core 0's stack.</param>
    /// <param name="value">Not zero.</param>
    /// <param name="word">The shared word.</param>
    /// <param name="bit">The bit of it.</param>
    /// <returns>Zero when nothing was done.</returns>
    public static uint TryPush<TMachine>(ref TMachine machine, ref CoreStack first, uint value, ref uint word, uint bit)
        where TMachine : struct, IMachine
    {
        uint interrupts = machine.MaskInterrupts();
        ref CoreStack stack = ref OfCore(ref first, machine.CoreIndex);
        uint before = machine.LoadAcquire(ref word);
        uint done = 0;
        if (stack.Room != 0
            && (before & bit) != 0
            && machine.CompareExchange(ref word, before & ~bit, before) == before)
        {
            PushOwn(ref stack, value);
            done = bit;
        }

        machine.RestoreInterrupts(interrupts);
        return done;
    }
}
