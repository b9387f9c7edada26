using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Kilburn.ShortCalls;

/// <summary>Shortens the calls of an object file in place: <c>Kilburn.ShortCalls OBJECT</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            Console.Error.WriteLine("usage: Kilburn.ShortCalls OBJECT");
            return 2;
        }

        try
        {
            byte[] file = File.ReadAllBytes(arguments[0]);
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

            File.WriteAllBytes(arguments[0], file);
            Console.WriteLine($"short calls: {shortener.Count} in {methods.Count} methods");
            return 0;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{arguments[0]}: error: {failure.Message}");
            return 1;
        }
    }
}
