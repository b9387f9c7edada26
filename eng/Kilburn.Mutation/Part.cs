using System;
using System.Collections.Generic;
using System.Linq;

namespace Kilburn.Mutation;

/// <summary>A part of the core that is changed at one time, with the tests that have to notice.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Sources">Beginnings of paths below <c>src/Kilburn.Core</c>.</param>
/// <param name="Tests">Beginnings of paths below <c>tests/Kilburn.Core.Tests</c>.</param>
/// <param name="File">The beginning of a file's name: only such sources are changed. All with nothing.</param>
/// <remarks>
/// Tests that go through every schedule, or through real threads, are left out: a mutant that only they notice counts as missed.
/// They would take as long as all others together, for each mutant.
/// </remarks>
internal sealed record Part(string Name, string[] Sources, string[] Tests, string File = "")
{
    private static readonly string[] s_spaceTests =
        ["Spaces/AddressSpace", "Spaces/FaultAround", "Spaces/MibLocks", "Spaces/Range", "Spaces/SpaceAccounts", "Spaces/SpaceLayout", "Spaces/SpaceMappings",
            "Spaces/SpacesOnHostileMachineTests", "Spaces/SpareMemory", "Spaces/UntouchedRange"];

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

    /// <summary>A part as the command line names it: <c>NAME</c>, or <c>NAME/FILE</c> for the sources whose names begin so.</summary>
    /// <param name="text">The argument.</param>
    /// <returns>Null when no part is called so.</returns>
    public static Part? Parse(string text)
    {
        string[] words = text.Split('/', 2);
        Part? part = All.FirstOrDefault(part => part.Name == words[0]);
        return part == null || words.Length == 1 ? part : part with { File = words[1] };
    }

    /// <summary>True when a source file is to be changed.</summary>
    /// <param name="path">Below <c>src/Kilburn.Core</c>.</param>
    public bool IsChanged(string path) =>
        Sources.Any(start => path.StartsWith(start, StringComparison.Ordinal))
        && path[(path.LastIndexOf('/') + 1)..].StartsWith(File, StringComparison.Ordinal);

    /// <summary>True when a file of the test project is to be compiled: the chosen tests, and all that is not a test.</summary>
    /// <param name="path">Below <c>tests/Kilburn.Core.Tests</c>.</param>
    public bool IsNeeded(string path)
    {
        bool isTest = path.EndsWith("Tests.cs", StringComparison.Ordinal) || path.EndsWith("Properties.cs", StringComparison.Ordinal);
        return !isTest || Tests.Any(start => path.StartsWith(start, StringComparison.Ordinal));
    }
}
