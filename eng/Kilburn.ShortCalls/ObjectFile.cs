using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Kilburn.ShortCalls;

/// <summary>An object that ilc wrote: ELF, 32 bits, little-endian, relocations without addends.</summary>
/// <remarks>Source: System V ABI, 4.1, chapter 4 (object files); IHI 0044 (ARM).</remarks>
internal sealed class ObjectFile
{
    private const int SectionHeaderTable = 0x20;
    private const int SectionHeaderSize = 0x2E;
    private const int SectionCount = 0x30;
    private const int SectionNames = 0x32;
    private const int SymbolSize = 16;
    private const int RelocationSize = 8;
    private const int SymbolShift = 8;
    private const int FunctionType = 2;
    private const uint ThumbBit = 1;
    private const string CodeName = "__managedcode";
    private const string ThunkSuffix = "$thunk";

    private readonly byte[] _file;
    private readonly Dictionary<string, (int Index, Section Place)> _sections = [];
    private readonly Dictionary<string, int> _symbols = [];

    /// <summary>Reads the headers of a file.</summary>
    /// <param name="file">Its bytes; changed in place.</param>
    /// <exception cref="InvalidDataException">Not what ilc writes.</exception>
    internal ObjectFile(byte[] file)
    {
        _file = file;
        if (file.Length < SectionNames + sizeof(ushort) || Word(0) != 0x464C_457F || file[4] != 1 || file[5] != 1)
        {
            throw new InvalidDataException("not a 32-bit little-endian ELF file");
        }

        Section names = SectionAt(Half(SectionNames));
        for (int index = 0; index < Half(SectionCount); index++)
        {
            Section section = SectionAt(index);
            _ = _sections.TryAdd(Text(names.Offset + section.Name), (index, section));
        }

        for (int index = 0; index < Find(".symtab").Size / SymbolSize; index++)
        {
            _ = _symbols.TryAdd(NameOf(index), index);
        }
    }

    /// <summary>Bytes of the code section.</summary>
    internal Memory<byte> Code => _file.AsMemory(Find(CodeName).Offset, Find(CodeName).Size);

    /// <summary>The methods of the code section: first byte and one past the last.</summary>
    internal IEnumerable<(int Start, int End)> Methods
    {
        get
        {
            int code = _sections[CodeName].Index;
            for (int index = 0; index < Find(".symtab").Size / SymbolSize; index++)
            {
                int symbol = SymbolAt(index);
                if (Half(symbol + 14) == code && (_file[symbol + 12] & 0xF) == FunctionType)
                {
                    int start = (int)(Word(symbol + 4) & ~ThumbBit);
                    yield return (start, start + (int)Word(symbol + 8));
                }
            }
        }
    }

    /// <summary>The relocations of the code section, by the offset that they change.</summary>
    internal Dictionary<int, Relocation> Relocations
    {
        get
        {
            Dictionary<int, Relocation> relocations = [];
            if (_sections.TryGetValue(".rel" + CodeName, out (int Index, Section Place) found))
            {
                for (int entry = found.Place.Offset; entry < found.Place.Offset + found.Place.Size; entry += RelocationSize)
                {
                    int symbol = (int)(Word(entry + 4) >> SymbolShift);
                    relocations[(int)Word(entry)] = new Relocation(
                        entry, (RelocationType)(Word(entry + 4) & 0xFF), symbol, NameOf(symbol).EndsWith(ThunkSuffix));
                }
            }

            return relocations;
        }
    }

    /// <summary>Has the linker fill in a call, without the thunk where there was one.</summary>
    /// <param name="call">The call.</param>
    internal void Relocate(RelocatedCall call)
    {
        string name = NameOf(call.Low.Symbol);
        int symbol = _symbols.GetValueOrDefault(name[..^ThunkSuffix.Length], call.Low.Symbol);
        RelocationType type = call.IsCall ? RelocationType.Call : RelocationType.Jump;
        Write(call.Low.Entry, (uint)call.Offset);
        Write(call.Low.Entry + 4, ((uint)symbol << SymbolShift) | (uint)type);
        Write(call.High.Entry + 4, (uint)RelocationType.None);
    }

    private Section Find(string name) => _sections.TryGetValue(name, out (int Index, Section Place) found)
        ? found.Place
        : throw new InvalidDataException($"no section {name}");

    private Section SectionAt(int index)
    {
        int header = (int)Word(SectionHeaderTable) + (index * Half(SectionHeaderSize));
        return new Section((int)Word(header), (int)Word(header + 0x10), (int)Word(header + 0x14));
    }

    private int SymbolAt(int index) => Find(".symtab").Offset + (index * SymbolSize);

    private string NameOf(int symbol) => Text(Find(".strtab").Offset + (int)Word(SymbolAt(symbol)));

    private string Text(int offset) => Encoding.ASCII.GetString(_file, offset, Array.IndexOf<byte>(_file, 0, offset) - offset);

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private ushort Half(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private void Write(int offset, uint word) => BinaryPrimitives.WriteUInt32LittleEndian(_file.AsSpan(offset), word);

    private readonly record struct Section(int Name, int Offset, int Size);
}
