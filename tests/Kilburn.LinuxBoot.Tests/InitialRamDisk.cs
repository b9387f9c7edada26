using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace Kilburn.LinuxBoot.Tests;

/// <summary>Writes an initial RAM disk: a console, and one program.</summary>
/// <remarks>Source: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst ("newc").</remarks>
internal static class InitialRamDisk
{
    private const int Directory = 0x41ED;       // 040755
    private const int CharacterDevice = 0x2180; // 020600
    private const int Program = 0x81ED;         // 0100755
    private const int ConsoleMajor = 5;
    private const int ConsoleMinor = 1;
    private const int Alignment = 4;

    /// <summary>Writes it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="init">The program.</param>
    public static void Write(string path, byte[] init)
    {
        using FileStream stream = File.Create(path);
        Add(stream, "dev", Directory, []);
        Add(stream, "dev/console", CharacterDevice, [], ConsoleMajor, ConsoleMinor);
        Add(stream, "init", Program, init);
        Add(stream, "TRAILER!!!", 0, []);
    }

    private static void Add(FileStream stream, string name, int mode, byte[] contents, int major = 0, int minor = 0)
    {
        int[] fields = [0, mode, 0, 0, 1, 0, contents.Length, 0, 0, major, minor, name.Length + 1, 0];
        StringBuilder header = new("070701");
        foreach (int field in fields)
        {
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        stream.Write(Encoding.ASCII.GetBytes(header.Append(name).Append('\0').ToString()));
        Pad(stream);
        stream.Write(contents);
        Pad(stream);
    }

    private static void Pad(FileStream stream) => stream.Write(new byte[(Alignment - (stream.Position % Alignment)) % Alignment]);
}
