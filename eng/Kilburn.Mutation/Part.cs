using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Mutation;

/// <summary>A part of the core that is changed at one time, with the tests that have to notice.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Sources">Beginnings of paths below <c>src/Kilburn.Core</c>.</param>
/// <param name="Tests">Beginnings of paths below <c>tests/Kilburn.Core.Tests</c>.</param>
/// <remarks>
/// Tests that go through every schedule, or through real threads, are left out: a mutant that only they notice counts as missed.
/// They would take as long as all others together, for each mutant.
/// </remarks>
internal sealed record Part(string Name, string[] Sources, string[] Tests)
{
    private static readonly string[] s_spaceTests = ["Spaces/AddressSpace", "Spaces/SpacesOnHostileMachineTests"];

    /// <summary>All, in the order in which they are run.</summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("descriptors", ["Descriptors/"], ["Descriptors/"]),
        new("tables", ["Tables/"], ["Tables/"]),
        new("asids", ["Asids/"], ["Asids/"]),
        new("spaces", ["Spaces/", "Maintenance/"], ["Maintenance/", .. s_spaceTests]),
        new("heap", ["Kernel/KernelHeap", "Kernel/Heap"], ["Kernel/KernelHeap"]),
        new("frames", ["Frames/"], ["Frames/FrameAllocator"]),
    ];

    /// <summary>True when a source file is to be changed.</summary>
    /// <param name="path">Below <c>src/Kilburn.Core</c>.</param>
    public bool IsChanged(string path) => Sources.Any(start => path.StartsWith(start, StringComparison.Ordinal));

    /// <summary>True when a file of the test project is to be compiled: the chosen tests, and all that is not a test.</summary>
    /// <param name="path">Below <c>tests/Kilburn.Core.Tests</c>.</param>
    public bool IsNeeded(string path)
    {
        bool isTest = path.EndsWith("Tests.cs", StringComparison.Ordinal) || path.EndsWith("Properties.cs", StringComparison.Ordinal);
        return !isTest || Tests.Any(start => path.StartsWith(start, StringComparison.Ordinal));
    }
}
