using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Spaces;
using Kilburn.Model;
using Kilburn.Model.Translation;

namespace Kilburn.Campaigns.Workloads;

/// <content>Code: programs that are all linked to one address, so that what a core learned of one is wrong for the next.</content>
public sealed partial class Workload<TProfile>
{
    private const uint CodeOffset = 0x40; // not in the line of the mark
    private const uint ProgramPage = 0x0000_2000;
    private const int MostPrograms = 5; // more than few ASIDs can serve
    private const uint ReturnInstruction = 0xE12F_FF1E; // bx lr

    private readonly Dictionary<uint, uint> _published = []; // frame to the instruction at CodeOffset

    private (int Weight, Action Run)[] ProgramOperations() => [(4, RunCode), (1, RunPrograms), (1, ReplaceProgram)];

    /// <summary>Writes an instruction, publishes it, and fetches it on every core that runs the space.</summary>
    private void RunCode()
    {
        foreach (ShadowSpace space in _spaces)
        {
            foreach (uint page in space.Pages.Keys)
            {
                if (TryPublish(space, page))
                {
                    FetchEverywhere(space, page);
                    return;
                }
            }
        }
    }

    /// <summary>Programs take turns on a core, and one of them ends meanwhile: there is nothing between their fetches but switches.</summary>
    private void RunPrograms()
    {
        List<ShadowSpace> programs = [.. _spaces.OrderBy(_ => _random.Next()).Take(MostPrograms)];
        foreach (ShadowSpace space in programs)
        {
            Load(space);
        }

        _ = programs.RemoveAll(space => !IsProgram(space));
        int core = _random.Next(_cores.Length);
        foreach (ShadowSpace program in programs)
        {
            RunProgram(core, program);
        }

        if (programs.Count > 1 && !_active.ContainsValue(programs[^2]))
        {
            Destroy(programs[^2]);
            programs.RemoveAt(programs.Count - 2);
        }

        foreach (ShadowSpace program in programs)
        {
            RunProgram(core, program);
        }

        CreateSpace();
    }

    /// <summary>A program's page is taken away, and another's put there, while two cores run it and do no ISB of their own.</summary>
    private void ReplaceProgram()
    {
        if (_spaces.Find(IsProgram) is not ShadowSpace space)
        {
            return;
        }

        (int Unmapper, int Mapper) cores = _random.Next(2) == 0 ? (0, 1) : (1, 0);
        RunProgram(cores.Unmapper, space);
        RunProgram(cores.Mapper, space);
        ref ModelMachine<TProfile> unmapper = ref _cores[cores.Unmapper];
        VirtualAddress page = new(ProgramPage);
        uint frame = space.Pages[ProgramPage].Frame;
        Expect(
            VmStatus.Ok,
            _random.Next(2) == 0
                ? space.Handle.TryUnmapPage(ref unmapper, ref _memory.Frames, page)
                : space.Handle.TryUnmapRange(ref unmapper, ref _memory.Frames, page, 1),
            "unmap of a program");
        _ = space.Pages.Remove(ProgramPage);
        if (_spaces.Find(other => IsProgram(other) && other.Pages[ProgramPage].Frame != frame) is not ShadowSpace next)
        {
            Load(space);
            return;
        }

        frame = next.Pages[ProgramPage].Frame;
        VmStatus status = space.Handle.TryMapFrames(
            ref _cores[cores.Mapper], ref _memory.Frames, page, new PhysicalAddress(frame), 1, AccessPermission.Read,
            Execution.Allowed, MemoryType.Normal);
        if (status != VmStatus.OutOfFrames)
        {
            Expect(VmStatus.Ok, status, "map of another's program");
            space.Pages.Add(ProgramPage, new ShadowPage(frame, AccessPermission.Read, Execution.Allowed, IsShared: true));
            InterruptAllBut(cores.Unmapper, cores.Mapper);
            FetchEverywhere(space, ProgramPage);
        }
    }

    // Gives a space a program, unless something else lies there, or memory is short.
    private void Load(ShadowSpace space)
    {
        if (IsProgram(space))
        {
            return;
        }

        if (!space.Pages.ContainsKey(ProgramPage))
        {
            MapNewAt(space, ProgramPage, AccessPermission.Read, Execution.Allowed);
        }

        _ = TryPublish(space, ProgramPage);
    }

    private bool IsProgram(ShadowSpace space) =>
        space.Pages.TryGetValue(ProgramPage, out ShadowPage page) && page.CanUserExecute && _published.ContainsKey(page.Frame);

    private bool TryPublish(ShadowSpace space, uint page)
    {
        if (!space.Pages.TryGetValue(page, out ShadowPage mapped) || !mapped.CanUserExecute)
        {
            return false;
        }

        ref ModelMachine<TProfile> writer = ref AnyCore();
        uint instruction = ReturnInstruction ^ (uint)_random.Next(16);
        writer.Data<uint>(new PhysicalAddress(mapped.Frame + CodeOffset)) = instruction;
        Expect(VmStatus.Ok, space.Handle.TryPublishCode(ref writer, new VirtualAddress(page + CodeOffset), 4), "publish");
        _published[mapped.Frame] = instruction;
        InterruptAllBut((int)writer.CoreIndex);

        return true;
    }

    // The interrupt that tells a core of other code is an ISB.
    private void InterruptAllBut(params ReadOnlySpan<int> cores)
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            if (!cores.Contains(core))
            {
                _cores[core].SynchronizeContext();
            }
        }
    }

    private void RunProgram(int core, ShadowSpace program)
    {
        Expect(VmStatus.Ok, _memory.Spaces.TryActivate(ref _cores[core], program.Handle), "activate");
        _active[core] = program;
        FetchOn(core, program, ProgramPage);
    }

    private void FetchEverywhere(ShadowSpace space, uint page)
    {
        for (int core = 0; core < _cores.Length; core++)
        {
            if (_active.TryGetValue(core, out ShadowSpace? active) && active == space)
            {
                FetchOn(core, space, page);
            }
        }
    }

    private void FetchOn(int core, ShadowSpace space, uint page)
    {
        uint instruction = _published[space.Pages[page].Frame];
        WithUserDomain(ref _cores[core], () =>
        {
            AccessResult fetch = _machine.Cores[core].Fetch(new VirtualAddress(page + CodeOffset), Privilege.User);
            Check(!fetch.IsFault && fetch.Value == instruction, $"core {core} fetches from 0x{page:X8}: {fetch}");
        });
    }
}
