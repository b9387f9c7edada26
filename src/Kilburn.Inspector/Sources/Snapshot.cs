using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Sources;

/// <summary>A text file with the registers and tables of a guest at one moment.</summary>
/// <remarks>
/// <code>
/// kilburn snapshot 1
/// sctlr 0x30C5187D              each register of a walk
/// ram 0x00000000 0x3C000000     where RAM is, when that is known: START LENGTH
/// memory 0x00004000 0x4000      a part whose contents are known: zero, but for what follows
/// 0x00006000 0005C001 0006C001  32-bit words from an address on
/// </code>
/// <c>#</c> begins a comment. Lines may come in any order after the first.
/// </remarks>
public static class Snapshot
{
    private const string Header = "kilburn snapshot 1";
    private const int WordsOfALine = 8;
    private const int WordLength = sizeof(uint);

    /// <summary>Writes a guest's registers and tables.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="guest">The guest.</param>
    /// <returns>The number of tables.</returns>
    /// <exception cref="SourceException">The guest cannot be read.</exception>
    public static int Write(TextWriter writer, Guest guest)
    {
        writer.WriteLine(Header);
        GuestRegisters registers = guest.Registers;
        RegisterSet set = RegisterSet.Of(registers);
        foreach (string name in RegisterSet.Names)
        {
            writer.WriteLine($"{name} {Numbers.Address(set.Get(name) ?? 0)}");
        }

        foreach (AddressRange range in guest.Ram ?? [])
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ram 0x{range.Start:X8} 0x{range.LengthInBytes:X8}"));
        }

        TranslationTables tables = new(registers, guest.Memory);
        int wordLength = tables.Format.WordLength;
        (ulong Start, int EntryCount)[] distinct = [.. tables.Scan().Tables.Select(use => (use.Start, use.EntryCount)).Distinct()];
        foreach ((ulong start, int count) in distinct)
        {
            WriteTable(writer, guest.Memory, start, count * wordLength);
        }

        return distinct.Length;
    }

    /// <summary>Writes a guest's registers and tables to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="guest">The guest.</param>
    /// <returns>The number of tables.</returns>
    /// <exception cref="SourceException">The file cannot be written, or the guest cannot be read.</exception>
    public static int Save(string path, Guest guest)
    {
        try
        {
            using StreamWriter writer = new(path) { NewLine = "\n" };
            return Write(writer, guest);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path}: {failed.Message}", failed);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SourceException">It cannot be read, or is malformed: <c>FILE:LINE: reason</c>.</exception>
    public static Guest Load(string path)
    {
        try
        {
            return Parse(File.ReadLines(path), path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path}: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Reads lines.</summary>
    /// <param name="lines">The file's.</param>
    /// <param name="name">Of the file.</param>
    /// <exception cref="SourceException">They are malformed: <c>FILE:LINE: reason</c>.</exception>
    public static Guest Parse(IEnumerable<string> lines, string name)
    {
        RegisterSet registers = new();
        SparseMemory memory = new();
        List<AddressRange> ram = [];
        int number = 0;
        bool hasHeader = false;
        foreach (string line in lines)
        {
            number++;
            string text = line.Split('#')[0].Trim();
            if (text.Length == 0)
            {
                continue;
            }

            if (!hasHeader)
            {
                hasHeader = text == Header ? true : throw new SourceException($"{name}:{number}: not a snapshot: '{Header}' is missing.");
                continue;
            }

            try
            {
                ParseLine(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), registers, memory, ram);
            }
            catch (FormatException wrong)
            {
                throw new SourceException($"{name}:{number}: {wrong.Message}", wrong);
            }
        }

        return hasHeader
            ? new Guest(name, registers.ToGuest(), memory, ram.Count == 0 ? null : ram)
            : throw new SourceException($"{name}: empty.");
    }

    private static void WriteTable(TextWriter writer, IPhysicalMemory memory, ulong start, int length)
    {
        const int LineLength = WordsOfALine * WordLength;
        byte[] bytes = new byte[LineLength];
        for (int offset = 0; offset < length; offset += LineLength)
        {
            if (!memory.TryRead(start + (ulong)offset, bytes))
            {
                continue; // stays unknown
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory 0x{start + (ulong)offset:X8} 0x{LineLength:X}"));
            if (bytes.AsSpan().ContainsAnyExcept((byte)0))
            {
                IEnumerable<string> words = Enumerable.Range(0, WordsOfALine).Select(
                    index => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(index * WordLength))
                        .ToString("X8", CultureInfo.InvariantCulture));
                writer.WriteLine($"0x{start + (ulong)offset:X8} {string.Join(' ', words)}");
            }
        }
    }

    private static void ParseLine(string[] words, RegisterSet registers, SparseMemory memory, List<AddressRange> ram)
    {
        if (words[0] is "ram" or "memory")
        {
            AddressRange range = ParseRange(words);
            if (words[0] == "ram")
            {
                ram.Add(range);
            }
            else
            {
                memory.Add(range);
            }
        }
        else if (RegisterSet.Names.Contains(words[0]))
        {
            registers.Set(words[0], words.Length == 2 ? Numbers.Parse(words[1]) : throw new FormatException("one value is wanted"));
        }
        else if (words[0].StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            ParseWords(words, memory);
        }
        else
        {
            throw new FormatException($"'{words[0]}' is not known");
        }
    }

    private static AddressRange ParseRange(string[] words)
    {
        if (words.Length != 3)
        {
            throw new FormatException("START and LENGTH are wanted");
        }

        AddressRange range = new(Numbers.Parse(words[1]), Numbers.Parse(words[2]));
        return range.End > range.Start ? range : throw new FormatException("an empty range, or one past the end of all addresses");
    }

    private static void ParseWords(string[] words, SparseMemory memory)
    {
        ulong address = Numbers.Parse(words[0]);
        if (address % WordLength != 0)
        {
            throw new FormatException("the address is not that of a word");
        }

        byte[] bytes = new byte[WordLength];
        foreach (string word in words.AsSpan(1))
        {
            if (!uint.TryParse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint value))
            {
                throw new FormatException($"'{word}' is not a word of eight hexadecimal digits");
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            memory.Write(address, bytes);
            address += WordLength;
        }
    }
}
