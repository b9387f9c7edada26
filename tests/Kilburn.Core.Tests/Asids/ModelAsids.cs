using System.Collections.Generic;
using System.Linq;
using Kilburn.Core.Addresses;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tests.Spaces;
using Kilburn.Model.Profiles;
using Xunit;

namespace Kilburn.Core.Tests.Asids;

/// <summary>Spaces that share ASIDs on the model: each has a page at one address, and must read its own there.</summary>
internal static class ModelAsids<TProfile>
    where TProfile : struct, IProcessorProfile
{
    private const uint Page = 0x0040_0000;
    private const int SpaceLimit = 12;

    /// <summary>Creates, runs, leaves and ends spaces, and begins generations.</summary>
    /// <param name="steps">What is done, on which core, with which space: numbers of any size.</param>
    public static void Run((int Kind, int Core, int Which)[] steps)
    {
        using ModelSpaces<TProfile> system = new();
        system.OpenUser();
        List<(AddressSpace Space, uint Value)> live = [];
        (AddressSpace Space, uint Value)?[] running = new (AddressSpace, uint)?[TProfile.CoreCount];
        uint next = 1;
        foreach ((int kind, int number, int which) in steps)
        {
            int core = number % TProfile.CoreCount;
            int index = live.Count == 0 ? 0 : which % live.Count;
            if (kind <= 1 || live.Count == 0)
            {
                if (live.Count < SpaceLimit)
                {
                    AddressSpace space = system.Create(core);
                    _ = system.Map(space, Page, next, core);
                    live.Add((space, next));
                    next++;
                }
            }
            else if (kind <= 8)
            {
                system.Activate(live[index].Space, core);
                running[core] = live[index];
                Assert.Equal(live[index].Value, system.Read(Page, core));
            }
            else if (kind == 9)
            {
                bool isRunning = running.Contains(live[index]);
                Assert.Equal(isRunning ? VmStatus.SpaceActive : VmStatus.Ok, system.TryDestroy(live[index].Space, core));
                if (!isRunning)
                {
                    live.RemoveAt(index);
                }
            }
            else if (kind == 10)
            {
                system.Leave(core);
                running[core] = null;
            }
            else if (which % 20 == 0)
            {
                _ = system.Memory.Spaces.Asids.TryBeginGeneration(ref system.Cores[core], AsidWord.LastGeneration);
            }
        }

        for (int core = 0; core < TProfile.CoreCount; core++)
        {
            if (running[core] is (_, uint value))
            {
                Assert.Equal(value, system.Read(Page, core));
            }
        }
    }
}
