using System;
using System.IO;

namespace Kilburn.Boot.Tests;

/// <summary>Where the build has put what is booted.</summary>
internal static class BuiltFiles
{
    /// <summary>The kernel at the default load address.</summary>
    public static string Kernel => Image("kernel.elf");

    /// <summary>The same as a raw image.</summary>
    public static string RawKernel => Image("kernel7.img");

    /// <summary>The kernel at another load address.</summary>
    /// <param name="loadAddress">0x80000 or 0xF0000.</param>
    public static string KernelAt(uint loadAddress) => Image(Path.Combine($"0x{loadAddress:X}", "kernel.elf"));

    /// <summary>The firmware stub.</summary>
    public static string Firmware => Path.Combine(AppContext.BaseDirectory, "firmware.elf");

    /// <summary>The repository.</summary>
    public static string Root => Find(AppContext.BaseDirectory);

    private static string Image(string name) =>
        Path.Combine(Root, "src", "Kilburn.Kernel", "bin", "Debug", "net10.0", name);

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "Kilburn.slnx"))
            ? directory
            : Find(Path.GetDirectoryName(directory.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new DirectoryNotFoundException("No Kilburn.slnx above the test."));
}
