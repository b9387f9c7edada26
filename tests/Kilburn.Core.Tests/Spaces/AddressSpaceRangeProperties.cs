using System.Collections.Generic;
using CsCheck;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Xunit;
using FaultOutcome = Kilburn.Core.Faults.FaultOutcome;

namespace Kilburn.Core.Tests.Spaces;

/// <summary>Any sequence of calls and accesses, against a dictionary of pages, contents included.</summary>
public sealed class AddressSpaceRangeProperties
{
    private const uint Page = 0x1000;
    private const uint FirstPage = 0x0C0; // three MiBs, the first and last in part
    private const uint PageCount = 0x280;

    private enum Verb
    {
        MapFixed,
        MapReplacing,
        MapAnywhere,
        MapNear,
        MapGiven,
        Unmap,
        Protect,
        Need,
        Discard,
        Read,
        Write,
        Execute,
        Clone,
        Destroy,
        MapObject,
        Resize,
        Move,
        Lengthen,
    }

    private const uint ObjectPages = 64;

    private const int MostSpaces = 6;

    private readonly record struct Step(Verb Verb, uint Page, uint Count, UserRights Rights, int Choice, int Space);

    private static Gen<Step> AnyStep => Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Verb.MapFixed)),
            (3, Gen.Const(Verb.MapReplacing)),
            (1, Gen.Const(Verb.MapAnywhere)),
            (1, Gen.Const(Verb.MapNear)),
            (1, Gen.Const(Verb.MapGiven)),
            (4, Gen.Const(Verb.Unmap)),
            (4, Gen.Const(Verb.Protect)),
            (2, Gen.Const(Verb.Need)),
            (2, Gen.Const(Verb.Discard)),
            (6, Gen.Const(Verb.Read)),
            (8, Gen.Const(Verb.Write)),
            (2, Gen.Const(Verb.Execute)),
            (4, Gen.Const(Verb.Clone)),
            (2, Gen.Const(Verb.Destroy)),
            (6, Gen.Const(Verb.MapObject)),
            (2, Gen.Const(Verb.Resize)),
            (4, Gen.Const(Verb.Move)),
            (3, Gen.Const(Verb.Lengthen))),
        Gen.Frequency(
            (3, Gen.UInt[FirstPage, FirstPage + PageCount - 1]),
            (1, Gen.UInt[FirstPage >> 4, (FirstPage + PageCount - 1) >> 4].Select(part => part << 4)),
            (1, Gen.UInt[1, 2].Select(mib => mib << 8))),
        Gen.Frequency(
            (3, Gen.UInt[1, 8]), (2, Gen.UInt[1, 100]), (1, Gen.UInt[1, PageCount]), (1, Gen.UInt[1, 4].Select(part => part << 4)), (1, Gen.Const(256u))),
        Gen.Frequency(
            (2, Gen.Const(UserRights.ReadWrite)),
            (1, Gen.Const(UserRights.Read)),
            (1, Gen.Const(UserRights.ReadExecute)),
            (1, Gen.Const(UserRights.None))),
        Gen.Int[0, 1000],
        Gen.Int[0, MostSpaces - 1],
        (verb, page, count, rights, choice, space) => new Step(verb, page, count, rights, choice, space));

    [Fact]
    public void AnySequence_AgreesWithADictionary() => Run(freeFrames: 1500);

    // With few frames most sequences run out of them again and again: nothing may change then.
    [Fact]
    public void AnySequence_WithLittleMemory_ChangesNothingWhenItFails() => Run(freeFrames: 12);

    private static void Run(uint freeFrames) => AnyStep.Array[1, 60].Sample(
        steps =>
        {
            SpaceFixture fixture = new();
            (uint, uint, uint, uint) before = fixture.Held;
            List<(AddressSpace Space, RangeReference Reference)> spaces = [(fixture.Create(), new RangeReference())];
            RangeReference.ObjectReference[] objects =
            [
                new(fixture.CreateObject(ObjectPages), ObjectPages), new(fixture.CreateObject(ObjectPages / 4), ObjectPages / 4),
            ];
            fixture.LeaveFree(freeFrames);
            foreach (Step step in steps)
            {
                (AddressSpace space, RangeReference reference) = spaces[step.Space % spaces.Count];
                switch (step.Verb)
                {
                    case Verb.Clone:
                        Clone(fixture, spaces, space, reference);
                        break;
                    case Verb.Destroy:
                        if (spaces.Count > 1)
                        {
                            Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
                            _ = spaces.Remove((space, reference));
                        }

                        break;
                    case Verb.MapObject:
                        MapObject(fixture, space, reference, step, objects[step.Choice & 1]);
                        break;
                    case Verb.Move:
                        Move(fixture, space, reference, step);
                        break;
                    case Verb.Lengthen:
                        Lengthen(fixture, space, reference, step);
                        break;
                    case Verb.Resize:
                        Resize(fixture, spaces, objects[step.Choice & 1], (uint)step.Choice >> 1);
                        break;
                    default:
                        Do(fixture, space, reference, step);
                        break;
                }

                spaces.ForEach(each => each.Reference.Check(fixture, each.Space));
            }

            spaces.ForEach(each => CheckContents(fixture, each.Space, each.Reference));
            foreach ((AddressSpace space, _) in spaces[1..])
            {
                Assert.Equal(VmStatus.Ok, fixture.TryDestroy(space));
            }

            AddressSpace last = spaces[0].Space;
            Assert.Equal(VmStatus.Ok, fixture.TryUnmapBytes(last, Page, AddressSpace.EndValue - Page));
            Assert.Empty(fixture.RegionsOf(last));
            Assert.Equal((0u, 0u, 0u), (fixture.CountersOf(last).ReservedPages, fixture.CountersOf(last).ResidentPages, fixture.CountersOf(last).Tables));
            foreach (RangeReference.ObjectReference memory in objects)
            {
                Assert.Equal(1u, fixture.DescriptionOf(memory.Handle).References);
                fixture.Spaces.Objects.Close(ref fixture.Machine, ref fixture.Frames, memory.Handle);
            }

            Assert.Equal(VmStatus.Ok, fixture.TryDestroy(last));
            fixture.GiveBack();
            Assert.Equal(before, fixture.Held);
        },
        iter: 80,
        threads: 1);

    private static void CheckContents(SpaceFixture fixture, AddressSpace space, RangeReference reference)
    {
        foreach ((uint number, RangeReference.Page page) in new List<KeyValuePair<uint, RangeReference.Page>>(reference.Pages))
        {
            if (page.Holding == RangeReference.Holding.Frame && (page.Rights & UserRights.Read) != 0)
            {
                Assert.Equal(page.Word, fixture.Read(space, number * Page));
            }
        }
    }

    private static void MapObject(
        SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step, RangeReference.ObjectReference memory)
    {
        (uint, uint, uint, uint) held = fixture.Held;
        uint firstPage = (uint)step.Choice % ObjectPages;
        RangeRequest request = new()
        {
            Placement = step.Choice % 3 == 0 ? RangePlacement.Fixed : RangePlacement.Replacing,
            Address = new VirtualAddress(step.Page * Page),
            LengthInBytes = step.Count * Page,
            Kind = step.Choice % 5 < 2 ? RangeKind.Private : RangeKind.Shared,
            Rights = step.Rights,
            MoreRights = step.Choice % 7 == 0 ? UserRights.Read : UserRights.All,
            Object = memory.Handle,
            ObjectOffset = firstPage * Page,
        };
        bool isRefused = request.Placement == RangePlacement.Fixed && !reference.IsFree(step.Page, step.Count);
        VmStatus status = fixture.TryMap(space, request, out uint start);
        if (IsOutOfFrames(fixture, status, held))
        {
            return;
        }

        Assert.Equal(isRefused ? VmStatus.Occupied : VmStatus.Ok, status);
        if (!isRefused)
        {
            Assert.Equal(request.Address.Value, start);
            UserRights most = request.MoreRights | request.Rights;
            reference.MapObject(step.Page, step.Count, request.Kind, request.Rights, most, memory, firstPage);
        }
    }

    private static void Move(SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step)
    {
        (uint, uint, uint, uint) held = fixture.Held;
        uint destination = FirstPage + ((uint)step.Choice % PageCount);
        RangePlacement placement = (step.Choice % 4) switch
        {
            0 => RangePlacement.Anywhere,
            1 => RangePlacement.Fixed,
            _ => RangePlacement.Replacing,
        };
        VmStatus status = fixture.TryMove(space, step.Page * Page, step.Count * Page, placement, destination * Page, out uint start);
        if (IsOutOfFrames(fixture, status, held))
        {
            return;
        }

        VmStatus expected = reference.Judge(step.Page, step.Count);
        bool meets = destination < step.Page + step.Count && step.Page < destination + step.Count;
        if (expected == VmStatus.Ok
            && ((placement == RangePlacement.Replacing && meets)
                || (placement == RangePlacement.Fixed && !reference.IsFree(destination, step.Count))))
        {
            expected = VmStatus.Occupied;
        }

        Assert.Equal(expected, status);
        if (status == VmStatus.Ok)
        {
            Assert.True(placement == RangePlacement.Replacing || reference.IsFree(start / Page, step.Count));
            Assert.True(placement == RangePlacement.Anywhere || start == destination * Page);
            reference.Move(step.Page, step.Count, start / Page);
        }
    }

    private static void Lengthen(SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step)
    {
        (uint, uint, uint, uint) held = fixture.Held;
        uint count = ((uint)step.Choice % 300) + 1;
        RangeStaying staying = step.Choice % 2 == 0 ? RangeStaying.InPlace : RangeStaying.MayMove;
        VmStatus status = fixture.TryResize(space, step.Page * Page, step.Count * Page, count * Page, staying, out uint start);
        if (IsOutOfFrames(fixture, status, held))
        {
            return;
        }

        VmStatus expected = reference.Judge(step.Page, step.Count);
        bool isLonger = count > step.Count;
        bool hasRoom = !isLonger || reference.IsFree(step.Page + step.Count, count - step.Count);
        if (expected == VmStatus.Ok && !hasRoom && staying == RangeStaying.InPlace)
        {
            expected = VmStatus.Occupied;
        }

        Assert.Equal(expected, status);
        if (status != VmStatus.Ok)
        {
            return;
        }

        if (!isLonger)
        {
            reference.Unmap(step.Page + count, step.Count - count);
        }
        else
        {
            uint number = start / Page;
            Assert.Equal(hasRoom, number == step.Page);
            if (!hasRoom)
            {
                Assert.True(reference.IsFree(number, count));
                reference.Move(step.Page, step.Count, number);
            }

            reference.Extend(number + step.Count - 1, number + step.Count, count - step.Count);
        }
    }

    private static void Resize(
        SpaceFixture fixture,
        List<(AddressSpace Space, RangeReference Reference)> spaces,
        RangeReference.ObjectReference memory,
        uint pageCount)
    {
        VmStatus status = fixture.Spaces.Objects.TryResize(
            ref fixture.Machine, ref fixture.Frames, memory.Handle, pageCount % (ObjectPages * 2) * Page);
        if (status == VmStatus.OutOfFrames)
        {
            return; // spaces may have tables of their own then: nobody sees it
        }

        Assert.Equal(VmStatus.Ok, status);
        memory.Resize(pageCount % (ObjectPages * 2));
        spaces.ForEach(each => each.Reference.NoteResized(memory));
    }

    private static void Clone(
        SpaceFixture fixture,
        List<(AddressSpace Space, RangeReference Reference)> spaces,
        AddressSpace parent,
        RangeReference reference)
    {
        (uint, uint, uint, uint) held = fixture.Held;
        if (spaces.Count == MostSpaces)
        {
            return;
        }

        VmStatus status = fixture.TryClone(parent, out AddressSpace child);
        if (!IsOutOfFrames(fixture, status, held))
        {
            Assert.Equal(VmStatus.Ok, status);
            spaces.Add((child, reference.Clone()));
        }
    }

    private static void Do(SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step)
    {
        (uint, uint, uint, uint) held = fixture.Held;
        VmStatus status;
        switch (step.Verb)
        {
            case Verb.Unmap:
                status = fixture.TryUnmapBytes(space, step.Page * Page, step.Count * Page);
                if (!IsOutOfFrames(fixture, status, held))
                {
                    Assert.Equal(VmStatus.Ok, status);
                    reference.Unmap(step.Page, step.Count);
                }

                break;
            case Verb.Protect:
                status = fixture.TryProtectBytes(space, step.Page * Page, step.Count * Page, step.Rights);
                if (!IsOutOfFrames(fixture, status, held))
                {
                    VmStatus expected = reference.Judge(step.Page, step.Count);
                    bool isTooMuch = expected == VmStatus.Ok && (step.Rights & ~reference.MostRights(step.Page, step.Count)) != 0;
                    Assert.Equal(isTooMuch ? VmStatus.RightsRefused : expected, status);
                    if (status == VmStatus.Ok)
                    {
                        reference.Protect(step.Page, step.Count, step.Rights);
                    }
                }

                break;
            case Verb.Need:
            case Verb.Discard:
                Advise(fixture, space, reference, step, held);
                break;
            case Verb.Read:
            case Verb.Write:
            case Verb.Execute:
                Access(fixture, space, reference, step, held);
                break;
            case Verb.MapGiven:
                status = fixture.TryMap(space, step.Page * Page, out _);
                if (!IsOutOfFrames(fixture, status, held))
                {
                    Assert.Equal(reference.IsFree(step.Page, 1) ? VmStatus.Ok : VmStatus.AlreadyMapped, status);
                    if (status == VmStatus.Ok)
                    {
                        reference.Map(step.Page, 1, RangeKind.Given, UserRights.ReadWrite, RangeReference.Holding.Frame);
                    }
                }

                break;
            default:
                Map(fixture, space, reference, step, held);
                break;
        }
    }

    private static void Map(
        SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step, (uint, uint, uint, uint) held)
    {
        bool isGuard = step.Choice % 7 == 0;
        uint guardPages = step.Choice % 5 == 0 ? (uint)step.Choice % 13 : 0;
        RangeRequest request = new()
        {
            Placement = step.Verb switch
            {
                Verb.MapFixed => RangePlacement.Fixed,
                Verb.MapReplacing => RangePlacement.Replacing,
                Verb.MapNear => RangePlacement.Near,
                _ => RangePlacement.Anywhere,
            },
            Address = new VirtualAddress(step.Page * Page),
            LengthInBytes = step.Count * Page,
            Alignment = step.Verb is Verb.MapNear or Verb.MapAnywhere ? Page << (step.Choice % 10) : 0,
            Kind = isGuard ? RangeKind.Guard : RangeKind.Anonymous,
            Rights = isGuard ? UserRights.None : step.Rights,
            Population = !isGuard && step.Choice % 3 == 0 ? RangePopulation.AtOnce : RangePopulation.OnDemand,
            GuardInBytes = guardPages * Page,
        };
        bool isFree = reference.IsFree(step.Page - guardPages, step.Count + guardPages);
        VmStatus status = step.Choice % 2 == 0
            ? fixture.TryMap(space, request, out uint start)
            : fixture.TryMapUsually(space, request, out start);
        if (IsOutOfFrames(fixture, status, held))
        {
            return;
        }

        if (request.Placement == RangePlacement.Fixed && !isFree)
        {
            Assert.Equal(VmStatus.Occupied, status);
            Assert.Equal(held, fixture.Held);
            return;
        }

        Assert.Equal(VmStatus.Ok, status);
        uint number = start / Page;
        if (request.Placement is RangePlacement.Near or RangePlacement.Anywhere)
        {
            Assert.True(reference.IsFree(number - guardPages, step.Count + guardPages));
            Assert.True((number - guardPages) * Page >= AddressSpace.FirstChosenValue);
            Assert.Equal(0u, start & (request.Alignment - 1));
        }
        else
        {
            Assert.Equal(request.Address.Value, start);
        }

        reference.Map(number - guardPages, guardPages, RangeKind.StackGuard, UserRights.None, RangeReference.Holding.Nothing);
        bool isPopulated = request.Population == RangePopulation.AtOnce && request.Rights != UserRights.None;
        reference.Map(
            number, step.Count, request.Kind, request.Rights,
            isPopulated ? RangeReference.Holding.Frame : RangeReference.Holding.Nothing);
    }

    private static void Advise(
        SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step, (uint, uint, uint, uint) held)
    {
        RangeAdvice advice = step.Verb == Verb.Need ? RangeAdvice.Need : RangeAdvice.Discard;
        VmStatus status = fixture.TryAdvise(space, step.Page * Page, step.Count * Page, advice);
        if (IsOutOfFrames(fixture, status, held))
        {
            return;
        }

        bool hasHole = reference.Judge(step.Page, step.Count) == VmStatus.NotMapped;
        Assert.Equal(hasHole ? VmStatus.NotMapped : VmStatus.Ok, status);
        if (hasHole)
        {
            return;
        }

        if (advice == RangeAdvice.Need)
        {
            reference.Populate(step.Page, step.Count);
        }
        else
        {
            reference.Discard(step.Page, step.Count);
        }
    }

    private static void Access(
        SpaceFixture fixture, AddressSpace space, RangeReference reference, Step step, (uint, uint, uint, uint) held)
    {
        FaultAccess access = step.Verb switch
        {
            Verb.Read => FaultAccess.Read,
            Verb.Write => FaultAccess.Write,
            _ => FaultAccess.Execute,
        };
        uint word = (uint)step.Choice + 1;
        uint expectedWord = word;
        FaultOutcome outcome = fixture.Access(space, step.Page * Page, access, ref word);
        if (outcome == FaultOutcome.OutOfMemory)
        {
            Assert.Equal(held, fixture.Held);
            return;
        }

        Assert.Equal(reference.Access(step.Page, access, ref expectedWord), outcome);
        Assert.Equal(expectedWord, word);
        reference.NoteNeighbours(fixture, space, step.Page);
    }

    private static bool IsOutOfFrames(SpaceFixture fixture, VmStatus status, (uint, uint, uint, uint) held)
    {
        if (status != VmStatus.OutOfFrames)
        {
            return false;
        }

        Assert.Equal(held, fixture.Held);
        return true;
    }
}
