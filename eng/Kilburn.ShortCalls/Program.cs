using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Kilburn.ShortCalls;

/// <summary>Shortens the calls of object files in place: <c>Kilburn.ShortCalls OBJECT...</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.Error.WriteLine("usage: Kilburn.ShortCalls OBJECT...");
            return 2;
        }

        int calls = 0;
        int methods = 0;
        foreach (string path in arguments)
        {
            try
            {
                Shorten(path, ref calls, ref methods);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{path}: error: {failure.Message}");
                return 1;
            }
        }

        Console.WriteLine($"short calls: {calls} in {methods} methods");
        return 0;
    }

    private static void Shorten(string path, ref int calls, ref int methodCount)
    {
        byte[] file = File.ReadAllBytes(path);
        ObjectFile unit = new(file);
        List<(int Start, int End)> methods = [.. unit.Methods];
        HashSet<int> starts = [.. methods.Select(method => method.Start)];
        CallShortener shortener = new(unit.Code, unit.Relocations, starts.Contains);
        foreach ((int start, int end) in methods)
        {
            shortener.Shorten(start, end);
        }

        foreach (RelocatedCall call in shortener.RelocatedCalls)
        {
            unit.Relocate(call);
        }

        File.WriteAllBytes(path, file);
        calls += shortener.Count;
        methodCount += methods.Count;
    }
}
