using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ELFSharp.ELF;
using ELFSharp.ELF.Sections;

namespace Kilburn.Inspector.Sources;

/// <summary>The names of a program's addresses.</summary>
public sealed class SymbolTable
{
    private const uint ThumbBit = 1;
    private readonly uint[] _addresses;
    private readonly string[] _names;

    private SymbolTable(IReadOnlyList<(uint Address, string Name)> symbols)
    {
        _addresses = [.. symbols.Select(symbol => symbol.Address)];
        _names = [.. symbols.Select(symbol => symbol.Name)];
    }

    /// <summary>Reads the symbols of an ELF file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SourceException">It cannot be read, or has no symbols.</exception>
    public static SymbolTable Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (!ELFReader.TryLoad(stream, false, out IELF elf) || elf is not ELF<uint> narrow)
            {
                throw new SourceException($"{path}: not a 32-bit ELF file.");
            }

            List<(uint Address, string Name)> symbols =
            [
                .. narrow.Sections.OfType<SymbolTable<uint>>()
                    .SelectMany(section => section.Entries)
                    .Where(IsName)
                    .OrderBy(AddressOf)
                    .ThenBy(entry => entry.Type == SymbolType.NotSpecified) // marks of the linker, where nothing better is there
                    .Select(entry => (AddressOf(entry), entry.Name))
                    .DistinctBy(symbol => symbol.Item1),
            ];
            return symbols.Count != 0 ? new SymbolTable(symbols) : throw new SourceException($"{path}: no symbols.");
        }
        catch (Exception damaged) when (damaged is not SourceException)
        {
            throw new SourceException($"{path}: {damaged.Message}", damaged);
        }
    }

    /// <summary>The name of an address, with the offset from where it begins; null when no symbol lies below.</summary>
    /// <param name="address">A virtual address.</param>
    public string? NameOf(uint address)
    {
        int index = Array.BinarySearch(_addresses, address);
        index = index >= 0 ? index : ~index - 1;
        if (index < 0)
        {
            return null;
        }

        uint offset = address - _addresses[index];
        return offset == 0 ? _names[index] : $"{_names[index]}+0x{offset:X}";
    }

    // Mapping symbols ($a, $t, $d) mark instruction sets, and name nothing.
    private static bool IsName(SymbolEntry<uint> entry) =>
        entry.Name.Length != 0 && entry.Name[0] != '$'
        && entry.Type is SymbolType.Function or SymbolType.Object or SymbolType.NotSpecified
        && entry.PointedSectionIndex != 0;

    private static uint AddressOf(SymbolEntry<uint> entry) =>
        entry.Type == SymbolType.Function ? entry.Value & ~ThumbBit : entry.Value;
}
