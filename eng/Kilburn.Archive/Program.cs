using System;
using System.IO;

namespace Kilburn.Archive;

/// <summary>Puts files into an archive: <c>Kilburn.Archive ARCHIVE FILE...</c>. Each goes in under its name, without its folder.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("usage: Kilburn.Archive ARCHIVE FILE...");
            return 2;
        }

        try
        {
            ArchiveWriter writer = new();
            foreach (string path in arguments[1..])
            {
                writer.Add(Path.GetFileName(path), File.ReadAllBytes(path));
            }

            File.WriteAllBytes(arguments[0], writer.Finish());
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine($"{arguments[0]}: error: {failure.Message}");
            return 1;
        }
    }
}
