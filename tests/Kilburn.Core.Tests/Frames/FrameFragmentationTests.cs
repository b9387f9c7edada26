using System;
using System.Collections.Generic;
using Kilburn.Core.Frames;
using Xunit;

namespace Kilburn.Core.Tests.Frames;

/// <summary>What becomes of large blocks. Millions of operations: not for <c>./mutate</c>, which would do them for each mutant.</summary>
public sealed class FrameFragmentationTests
{
    [Fact]
    public void Allocate_AfterAMixedLoad_LargeBlocksSurvive()
    {
        // Half of the memory in pages, freed but for every 16th in the order of their age, over and over.
        FrameWorld world = FrameWorld.Start(256 * FrameWorld.MiB);
        Random random = new(1);
        List<uint> pages = [];
        for (int round = 0; round < 20; round++)
        {
            while (pages.Count < 32000)
            {
                pages.Add(world.Take(FrameUse.Page));
            }

            while (pages.Count > 8000)
            {
                int index = random.Next(pages.Count);
                Assert.Equal(VmStatus.Ok, world.Free(FrameUse.Page, pages[index]));
                pages[index] = pages[^1];
                pages.RemoveAt(pages.Count - 1);
            }
        }

        // The load never touched more than 128 MiB: the upper half is whole.
        int blocks = 0;
        while (world.Allocate(FrameUse.SupersectionBlock, out _) == VmStatus.Ok)
        {
            blocks++;
        }

        Assert.True(blocks >= 7, $"{blocks} blocks of 16 MiB");
    }
}
