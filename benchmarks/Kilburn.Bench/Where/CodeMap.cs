using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ELFSharp.ELF;
using ELFSharp.ELF.Sections;

namespace Kilburn.Bench.Where;

/// <summary>Which method each address of the kernel and of one program belongs to.</summary>
internal sealed class CodeMap
{
    /// <summary>Index of what no symbol covers.</summary>
    internal const int Unknown = 0;

    private const uint ThumbBit = 1;
    private const uint UserLimit = 0x8000_0000;
    private const uint VectorsBase = 0xFFFF_0000;
    private const uint VectorsLength = 0x1000;
    private const string Vectors = "boot_vectors";

    private readonly List<string> _names = ["(no symbol)"];
    private readonly Dictionary<string, int> _indexOfName = [];
    private readonly (uint Start, uint End, int Index)[] _functions;
    private readonly HashSet<uint> _starts = [];
    private readonly HashSet<uint> _thunks = [];
    private readonly uint _vectors;
    private int _last;

    /// <summary>A map of symbols.</summary>
    /// <param name="symbols">Functions of kernel and program. One without a length ends where the next begins.</param>
    internal CodeMap(IEnumerable<CodeSymbol> symbols)
    {
        // Several names of one place: the longest function is the real one.
        CodeSymbol[] sorted =
        [
            .. symbols.OrderBy(symbol => symbol.Address).ThenByDescending(symbol => symbol.Length).DistinctBy(symbol => symbol.Address),
        ];
        _functions = new (uint, uint, int)[sorted.Length];
        for (int index = 0; index < sorted.Length; index++)
        {
            CodeSymbol symbol = sorted[index];
            uint next = index + 1 < sorted.Length ? sorted[index + 1].Address : uint.MaxValue;
            uint end = symbol.Length != 0 ? Math.Min(symbol.Address + symbol.Length, next) : next;
            _functions[index] = (symbol.Address, end, IndexOf(MethodName.Of(symbol.Name)));
            _ = _starts.Add(symbol.Address);
            if (MethodName.IsThunk(symbol.Name))
            {
                _ = _thunks.Add(symbol.Address);
            }

            _vectors = symbol.Name == Vectors ? symbol.Address : _vectors;
        }
    }

    /// <summary>Names, by index. Instantiations and overloads share one.</summary>
    internal IReadOnlyList<string> Names => _names;

    /// <summary>Reads the functions of ELF files.</summary>
    /// <param name="paths">The kernel's, and a program's.</param>
    /// <exception cref="BenchException">One cannot be read.</exception>
    internal static IReadOnlyList<CodeSymbol> ReadSymbols(params IEnumerable<string> paths) => [.. paths.SelectMany(ReadFile)];

    /// <summary>True of addresses of programs.</summary>
    /// <param name="address">A virtual address, with the MMU on.</param>
    internal static bool IsUser(uint address) => address < UserLimit;

    /// <summary>The index of the method at an address.</summary>
    /// <param name="address">A virtual address.</param>
    internal int IndexAt(uint address)
    {
        address = address - VectorsBase < VectorsLength && _vectors != 0 ? address - VectorsBase + _vectors : address;
        if (Holds(_last, address))
        {
            return _functions[_last].Index;
        }

        int low = 0;
        int high = _functions.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = _functions[middle].Start <= address ? (middle, high) : (low, middle - 1);
        }

        if (!Holds(low, address))
        {
            return Unknown;
        }

        _last = low;
        return _functions[low].Index;
    }

    /// <summary>True where a function begins.</summary>
    /// <param name="address">A virtual address.</param>
    internal bool IsStart(uint address) => _starts.Contains(address);

    /// <summary>True of the one branch that a call goes through on its way.</summary>
    /// <param name="address">A virtual address.</param>
    internal bool IsThunk(uint address) => _thunks.Contains(address);

    private bool Holds(int function, uint address) =>
        function < _functions.Length && address >= _functions[function].Start && address < _functions[function].End;

    private int IndexOf(string name)
    {
        if (!_indexOfName.TryGetValue(name, out int index))
        {
            index = _names.Count;
            _indexOfName.Add(name, index);
            _names.Add(name);
        }

        return index;
    }

    private static List<CodeSymbol> ReadFile(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (!ELFReader.TryLoad(stream, false, out IELF elf) || elf is not ELF<uint> narrow)
            {
                throw new BenchException($"{path}: not a 32-bit ELF file");
            }

            // _fram0NAME lies where NAME does, and is no function.
            return
            [
                .. narrow.Sections.OfType<SymbolTable<uint>>().SelectMany(section => section.Entries)
                    .Where(entry => entry.Type == SymbolType.Function && !entry.Name.StartsWith("_fram", StringComparison.Ordinal))
                    .Select(entry => new CodeSymbol(entry.Name, entry.Value & ~ThumbBit, entry.Size)),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{path}: {failure.Message}");
        }
    }
}
