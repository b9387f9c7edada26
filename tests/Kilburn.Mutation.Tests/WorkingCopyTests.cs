using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace Kilburn.Mutation.Tests;

public sealed class WorkingCopyTests : IDisposable
{
    private readonly string _copy = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public static IEnumerable<TheoryDataRow<string>> Parts => Part.All.Select(part => new TheoryDataRow<string>(part.Name));

    public void Dispose()
    {
        if (Directory.Exists(_copy))
        {
            Directory.Delete(_copy, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Make_EachPart_LetsOnlyItsSourcesBeChangedAndKeepsItsTests(string name)
    {
        Part part = Part.All.Single(candidate => candidate.Name == name);
        string tests = WorkingCopy.Make(Root(), _copy, part);
        string core = Path.Combine(_copy, "src", "Kilburn.Core");
        foreach (string file in Directory.GetFiles(core, "*.cs", SearchOption.AllDirectories))
        {
            bool isChanged = part.IsChanged(Path.GetRelativePath(core, file));
            Assert.Equal(!isChanged, File.ReadAllText(file).StartsWith("// Stryker disable all", StringComparison.Ordinal));
        }

        string[] kept = [.. Directory.GetFiles(tests, "*Tests.cs", SearchOption.AllDirectories)];
        Assert.NotEmpty(kept);
        Assert.All(kept, file => Assert.True(part.IsNeeded(Path.GetRelativePath(tests, file))));
    }

    [Fact]
    public void Make_APropertyWithSamples_HasATenthOfThem()
    {
        string tests = WorkingCopy.Make(Root(), _copy, Part.All.Single(part => part.Name == "asids"));
        Assert.Contains("iter: 50 ", File.ReadAllText(Path.Combine(tests, "Asids", "AsidAllocatorTests.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_AnyPart_EndsARunAtItsFirstFailure()
    {
        string tests = WorkingCopy.Make(Root(), _copy, Part.All.Single(part => part.Name == "asids"));
        Assert.Contains("\"stopOnFail\": true", File.ReadAllText(Path.Combine(tests, "xunit.runner.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_ANameThatNamesNoFile_SaysSo() =>
        Assert.Throws<InvalidDataException>(() => WorkingCopy.Make(Root(), _copy, new Part("x", ["Asids/"], ["Asids/Nothing"])));

    [Fact]
    public void Make_AFileThatIsNoneOfThePart_SaysSo() =>
        Assert.Throws<InvalidDataException>(() => WorkingCopy.Make(Root(), _copy, Part.Parse("asids/Frame")!));

    [Theory]
    [InlineData("frames", "Frames/FrameIndex.Start.cs", true)]
    [InlineData("frames/FrameIndex", "Frames/FrameIndex.Start.cs", true)]
    [InlineData("frames/FrameIndex", "Frames/FrameInfo.cs", false)]
    [InlineData("heap/KernelHeap.", "Kernel/KernelHeap.cs", true)]
    [InlineData("heap/KernelHeap.", "Kernel/KernelHeapClasses.cs", false)]
    public void Parse_PartOrFilesOfOne_ChangesThese(string text, string path, bool isChanged) =>
        Assert.Equal(isChanged, Part.Parse(text)!.IsChanged(path));

    [Fact]
    public void Parse_UnknownPart_IsNone() => Assert.Null(Part.Parse("frame/FrameIndex"));

    private static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kilburn.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
