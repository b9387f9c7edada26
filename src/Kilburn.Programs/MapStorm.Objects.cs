using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

// Ranges that move, become longer and shorter, and show an object.
public static partial class MapStorm
{
    private const uint ObjectPages = 16;
    private const uint MostAdded = 6;

    private static MemoryObject s_object;
    private static ObjectWords s_objectWords; // at the spot of each page
    private static bool s_isClone; // which leaves alone what its parent sees, too

    private static bool TryMakeObject() =>
        MemoryObject.TryCreate(ObjectPages * Memory.PageBytes, default, out s_object) == SystemCallError.None;

    // A part of the object, perhaps past its end, for all to see or for this process to change alone.
    private static void MapObject(uint first, uint end)
    {
        MapFlags rights = RandomRights();
        bool isShared = s_random.Below(2) == 0;
        bool isReplacing = s_random.Below(2) == 0;
        uint objectPage = s_random.Below(ObjectPages);
        MapFlags flags = rights
            | (isShared ? MapFlags.SharedObject : MapFlags.PrivateObject)
            | (isReplacing ? MapFlags.Replace : MapFlags.Fixed)
            | (s_random.Below(2) == 0 ? MapFlags.Populate : MapFlags.None);
        SystemCallError expected = rights == MapFlags.RightsMask ? SystemCallError.RightsRefused
            : !isReplacing && HasPage(first, end) ? SystemCallError.Occupied
            : SystemCallError.None;
        Expect(
            Memory.TryMap(
                AddressOf(first), LengthOf(first, end), flags, s_object, objectPage * Memory.PageBytes, out uint start),
            expected);
        if (expected == SystemCallError.None)
        {
            Compare(start, AddressOf(first));
            PutObject(first, end, rights, isShared, objectPage);
        }
    }

    private static void PutObject(uint first, uint end, MapFlags rights, bool isShared, uint objectPage)
    {
        for (uint page = first; page < end; page++)
        {
            uint shown = objectPage + page - first;
            s_pages[(int)page] = new PageRecord
            {
                IsMapped = true,
                Rights = rights,
                IsObject = true,
                IsShared = isShared,
                ObjectPage = shown,
                Spot = SpotOf(shown),
            };
        }
    }

    private static void Move(uint first, uint end)
    {
        uint count = end - first;
        uint destination = s_random.Below(PageCount - count + 1);
        bool isReplacing = s_random.Below(2) == 0;
        bool meets = destination < end && first < destination + count;
        SystemCallError expected = HasHole(first, end) ? SystemCallError.NotMapped
            : (isReplacing ? meets : HasPage(destination, destination + count)) ? SystemCallError.Occupied
            : SystemCallError.None;
        Expect(
            Memory.TryMove(
                AddressOf(first),
                LengthOf(first, end),
                LengthOf(first, end),
                isReplacing ? MapFlags.Replace : MapFlags.Fixed,
                AddressOf(destination),
                out uint start),
            expected);
        if (expected == SystemCallError.None)
        {
            Compare(start, AddressOf(destination));
            for (uint page = 0; page < count; page++)
            {
                s_pages[(int)(destination + page)] = s_pages[(int)(first + page)];
                s_pages[(int)(first + page)] = default;
            }
        }
    }

    // Shorter, or longer as its last page is, in its place.
    private static void Resize(uint first, uint end)
    {
        uint count = end - first;
        uint added = 1 + s_random.Below(MostAdded);
        bool isLonger = s_random.Below(2) == 0 && end + added <= PageCount;
        uint newEnd = isLonger ? end + added : first + 1 + s_random.Below(count);
        if (newEnd == end)
        {
            return; // no resize
        }

        SystemCallError expected = HasHole(first, end) ? SystemCallError.NotMapped
            : isLonger && HasPage(end, newEnd) ? SystemCallError.Occupied
            : SystemCallError.None;
        Expect(
            Memory.TryMove(
                AddressOf(first), LengthOf(first, end), LengthOf(first, newEnd), MapFlags.Fixed, AddressOf(first), out _),
            expected);
        if (expected != SystemCallError.None)
        {
            return;
        }

        if (!isLonger)
        {
            Clear(newEnd, end, isUnmapped: true);
            return;
        }

        PageRecord last = s_pages[(int)end - 1];
        if (last.IsObject)
        {
            PutObject(end, newEnd, last.Rights, last.IsShared, last.ObjectPage + 1);
        }
        else
        {
            PutZeroes(end, newEnd, last.Rights);
        }
    }

    // What a page shows: the object's word until it has one of its own.
    private static uint WordOf(in PageRecord record) =>
        !record.IsObject || record.IsOwn ? record.Value
        : record.ObjectPage < ObjectPages ? s_objectWords[(int)record.ObjectPage]
        : 0;

    private static bool IsPastEnd(in PageRecord record) => record.IsObject && !record.IsOwn && record.ObjectPage >= ObjectPages;

    private static void NoteWrite(ref PageRecord record, uint value)
    {
        if (record.IsShared)
        {
            s_objectWords[(int)record.ObjectPage] = value;
            return;
        }

        record.IsOwn = record.IsObject;
        record.Value = value;
    }

    private static uint SpotOf(uint page) => (page * 68) & (Memory.PageBytes - 4); // another word in each page

    [InlineArray((int)ObjectPages)]
    private struct ObjectWords
    {
        private uint _first;
    }
}
