using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Random operations on a part of the space and on an object, each held against a reference: errors, rights and contents.</summary>
/// <remarks>The reference is one record a page. Probes of random pages follow each operation, refused ones too; all pages are probed at the end.</remarks>
public static partial class MapStorm
{
    private const uint Base = 0x3000_0000;
    private const uint PageCount = 48;
    private const uint LongestRange = 12;
    private const uint ProbesAfterEach = 4;
    private const uint DefaultSeed = 1;
    private const uint DefaultOperations = 2000;
    private const uint Kinds = 22;
    private const uint EdgeKinds = 6;

    private static PageRecords s_pages; // of the one thread there is
    private static RandomNumbers s_random;
    private static uint s_mismatches;

    /// <summary>Runs.</summary>
    /// <param name="arguments">A seed, and how many operations; 1 and 2000 otherwise.</param>
    /// <returns>0 when nothing differed.</returns>
    public static uint Main(Arguments arguments)
    {
        uint seed = arguments.TryTakeNumber(out uint first) ? first : DefaultSeed;
        uint operations = arguments.TryTakeNumber(out uint second) ? second : DefaultOperations;
        Check check = new("map-storm"u8);
        if (!check.Done("set"u8, Probe.TryStart()) || !check.Equal("an object"u8, TryMakeObject() ? 1u : 0u, 1))
        {
            return check.Status;
        }

        s_random = new RandomNumbers(seed);
        uint clones = 0;
        for (uint count = 0; count < operations; count++)
        {
            uint kind = s_random.Below(Kinds);
            clones += kind == 0 ? 1u : 0u;
            Operate(kind);
            for (uint probe = 0; probe < ProbesAfterEach; probe++)
            {
                ProbePage(s_random.Below(PageCount));
            }
        }

        ProbeAll();
        Expect(Memory.TryUnmap(Base, PageCount * Memory.PageBytes), SystemCallError.None);
        Line line = check.Begin();
        line.Add("seed "u8);
        line.AddDecimal(seed);
        line.Add(", "u8);
        line.AddDecimal(operations);
        line.Add(" operations, "u8);
        line.AddDecimal(clones);
        line.Add(" of them clones, "u8);
        line.AddDecimal(s_mismatches);
        line.Add(" mismatches"u8);
        line.Print();
        return s_mismatches == 0 ? 0u : 1u;
    }

    private static void Operate(uint kind)
    {
        uint first = s_random.Below(PageCount);
        uint longest = PageCount - first < LongestRange ? PageCount - first : LongestRange;
        uint end = first + 1 + s_random.Below(longest);
        switch (kind)
        {
            case 0:
                CloneAndCompare();
                break;
            case 1:
                AskForTheImpossible();
                break;
            case 2 or 3 or 4:
                Expect(Memory.TryUnmap(AddressOf(first), LengthOf(first, end)), SystemCallError.None);
                Clear(first, end, isUnmapped: true);
                break;
            case 5 or 6 or 7:
                Protect(first, end);
                break;
            case 8 or 9:
                SystemCallError discarded = HasHole(first, end) ? SystemCallError.NotMapped : SystemCallError.None;
                Expect(Memory.TryAdvise(AddressOf(first), LengthOf(first, end), MemoryAdvice.Discard), discarded);
                if (discarded == SystemCallError.None)
                {
                    Clear(first, end, isUnmapped: false);
                }

                break;
            case 10:
                SystemCallError needed = HasHole(first, end) ? SystemCallError.NotMapped : SystemCallError.None;
                MemoryAdvice advice = s_random.Below(2) == 0 ? MemoryAdvice.Need : MemoryAdvice.Age;
                Expect(Memory.TryAdvise(AddressOf(first), LengthOf(first, end), advice), needed);
                break;
            case 16 or 17:
                Move(first, end);
                break;
            case 18 or 19:
                Resize(first, end);
                break;
            case 20 or 21:
                MapObject(first, end);
                break;
            default:
                Map(first, end);
                break;
        }
    }

    private static void Map(uint first, uint end)
    {
        MapFlags rights = RandomRights();
        bool isReplacing = s_random.Below(2) == 0;
        MapFlags flags = rights
            | (isReplacing ? MapFlags.Replace : MapFlags.Fixed)
            | (s_random.Below(2) == 0 ? MapFlags.Populate : MapFlags.None);
        SystemCallError expected = rights == MapFlags.RightsMask ? SystemCallError.RightsRefused
            : !isReplacing && HasPage(first, end) ? SystemCallError.Occupied
            : SystemCallError.None;
        Expect(Memory.TryMap(AddressOf(first), LengthOf(first, end), flags, out uint start), expected);
        if (expected == SystemCallError.None)
        {
            Compare(start, AddressOf(first));
            PutZeroes(first, end, rights);
        }
    }

    private static void Protect(uint first, uint end)
    {
        MapFlags rights = RandomRights();
        SystemCallError expected = rights == MapFlags.RightsMask ? SystemCallError.RightsRefused
            : HasHole(first, end) ? SystemCallError.NotMapped
            : SystemCallError.None;
        Expect(Memory.TryProtect(AddressOf(first), LengthOf(first, end), rights), expected);
        if (expected == SystemCallError.None)
        {
            for (uint page = first; page < end; page++)
            {
                s_pages[(int)page].Rights = rights;
            }
        }
    }

    // The child finds what its parent had, and changes what it can; the parent goes on, and its probes show that nothing reached it.
    private static void CloneAndCompare()
    {
        SystemCallError error = Process.TryClone(out uint child);
        Expect(error, SystemCallError.None);
        if (error != SystemCallError.None)
        {
            return;
        }

        if (child == 0)
        {
            s_mismatches = 0;
            s_isClone = true;
            ProbeAll();
            ProbeAll();
            Process.Exit(s_mismatches);
        }

        Compare(Process.WaitFor(child, 0) ? 1u : 0u, 1);
        ProbeAll();
    }

    private static void AskForTheImpossible()
    {
        uint length = Memory.PageBytes;
        switch (s_random.Below(EdgeKinds))
        {
            case 0:
                ExpectOfEach(Base, 0, SystemCallError.EmptyRange);
                break;
            case 1:
                ExpectOfEach(Base + 1, length, SystemCallError.Misaligned);
                break;
            case 2:
                ExpectOfEach(Base, length + 1, SystemCallError.Misaligned);
                break;
            case 3:
                ExpectOfEach(0u - length, 2 * length, SystemCallError.WrappedRange);
                break;
            case 4:
                ExpectOfEach(0x8000_0000, length, SystemCallError.OutOfRange);
                break;
            default:
                ExpectOfEach(0x8000_0000 - length, 2 * length, SystemCallError.OutOfRange);
                break;
        }
    }

    private static void ExpectOfEach(uint address, uint length, SystemCallError expected)
    {
        Expect(Memory.TryMap(address, length, MapFlags.Read | MapFlags.Fixed, out _), expected);
        Expect(Memory.TryMap(address, length, MapFlags.Read | MapFlags.Replace, out _), expected);
        Expect(Memory.TryUnmap(address, length), expected);
        Expect(Memory.TryProtect(address, length, MapFlags.Read), expected);
        Expect(Memory.TryAdvise(address, length, MemoryAdvice.Discard), expected);
    }

    private static void ProbeAll()
    {
        for (uint page = 0; page < PageCount; page++)
        {
            ProbePage(page);
        }
    }

    private static void ProbePage(uint page)
    {
        ref PageRecord record = ref s_pages[(int)page];
        uint address = AddressOf(page) + record.Spot;
        bool isThere = record.IsMapped && !IsPastEnd(in record);
        bool mayRead = isThere && record.Rights != MapFlags.None;
        bool mayWrite = isThere && (record.Rights & MapFlags.Write) != 0;
        Compare(Probe.TryRead(address, out uint value) ? 1u : 0u, mayRead ? 1u : 0u);
        Compare(value, mayRead ? WordOf(in record) : 0);
        if (record.IsShared && s_isClone)
        {
            return;
        }

        uint next = s_random.Next();
        bool isWritten = Probe.TryWrite(address, next);
        Compare(isWritten ? 1u : 0u, mayWrite ? 1u : 0u);
        if (mayWrite)
        {
            NoteWrite(ref record, next);
        }
    }

    private static MapFlags RandomRights() => s_random.Below(8) switch
    {
        0 => MapFlags.None,
        1 => MapFlags.RightsMask,
        2 => MapFlags.Read | MapFlags.Execute,
        3 or 4 => MapFlags.Read,
        _ => Memory.ReadWrite,
    };

    private static bool HasHole(uint first, uint end)
    {
        for (uint page = first; page < end; page++)
        {
            if (!s_pages[(int)page].IsMapped)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPage(uint first, uint end)
    {
        for (uint page = first; page < end; page++)
        {
            if (s_pages[(int)page].IsMapped)
            {
                return true;
            }
        }

        return false;
    }

    private static void PutZeroes(uint first, uint end, MapFlags rights)
    {
        for (uint page = first; page < end; page++)
        {
            s_pages[(int)page] = new PageRecord { IsMapped = true, Rights = rights, Spot = SpotOf(page) };
        }
    }

    // Pages that are gone, or have given their frames back: zeroes then, or what the object has.
    private static void Clear(uint first, uint end, bool isUnmapped)
    {
        for (uint page = first; page < end; page++)
        {
            ref PageRecord record = ref s_pages[(int)page];
            record.Value = 0;
            record.IsOwn = false;
            record = isUnmapped ? default : record;
        }
    }

    private static void Expect(SystemCallError actual, SystemCallError expected) => Compare((uint)actual, (uint)expected);

    private static void Compare(uint actual, uint expected)
    {
        if (actual != expected)
        {
            s_mismatches++;
        }
    }

    private static uint AddressOf(uint page) => Base + (page * Memory.PageBytes);

    private static uint LengthOf(uint first, uint end) => (end - first) * Memory.PageBytes;

    private struct PageRecord
    {
        public bool IsMapped;
        public MapFlags Rights;
        public uint Value;
        public uint Spot; // of the word that is probed
        public bool IsObject;
        public bool IsShared;
        public bool IsOwn; // a private page of an object, once it was written
        public uint ObjectPage;
    }

    [InlineArray((int)PageCount)]
    private struct PageRecords
    {
        private PageRecord _first;
    }
}
