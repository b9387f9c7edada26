using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Kilburn.Boot.Tests;

/// <summary>Writes flattened device trees. Source: Devicetree Specification v0.4, 5.</summary>
internal sealed class DeviceTreeWriter
{
    /// <summary>Where the header says at which byte the nodes begin.</summary>
    public const int StructureField = 8;

    private const uint Magic = 0xD00DFEED;
    private const uint HeaderBytes = 40;
    private const uint Version = 17;
    private const uint LastCompatibleVersion = 16;
    private const uint BeginNode = 1;
    private const uint EndNode = 2;
    private const uint Property = 3;
    private const uint End = 9;

    private readonly MemoryStream _structure = new();
    private readonly MemoryStream _strings = new();
    private readonly MemoryStream _reservations = new();
    private readonly Dictionary<string, uint> _names = [];

    /// <summary>Adds a pair to the block of reserved ranges.</summary>
    public DeviceTreeWriter Reserve(ulong address, ulong length)
    {
        WriteLong(_reservations, address);
        WriteLong(_reservations, length);
        return this;
    }

    /// <summary>Opens a node.</summary>
    public DeviceTreeWriter Begin(string name)
    {
        WriteWord(_structure, BeginNode);
        _structure.Write(Encoding.ASCII.GetBytes(name + "\0"));
        Pad(_structure);
        return this;
    }

    /// <summary>Closes the node.</summary>
    public DeviceTreeWriter Close()
    {
        WriteWord(_structure, EndNode);
        return this;
    }

    /// <summary>Adds a property of words to the node.</summary>
    public DeviceTreeWriter Words(string name, params ReadOnlySpan<uint> values)
    {
        WriteHeader(name, (uint)values.Length * sizeof(uint));
        foreach (uint value in values)
        {
            WriteWord(_structure, value);
        }

        return this;
    }

    /// <summary>Adds a property of text to the node.</summary>
    public DeviceTreeWriter Text(string name, string value)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(value + "\0");
        WriteHeader(name, (uint)bytes.Length);
        _structure.Write(bytes);
        Pad(_structure);
        return this;
    }

    /// <summary>The tree.</summary>
    public byte[] ToArray()
    {
        WriteWord(_structure, End);
        Reserve(0, 0);
        uint structure = HeaderBytes + (uint)_reservations.Length;
        uint strings = structure + (uint)_structure.Length;
        MemoryStream tree = new();
        foreach (uint word in (uint[])[Magic, strings + (uint)_strings.Length, structure, strings, HeaderBytes, Version,
            LastCompatibleVersion, 0, (uint)_strings.Length, (uint)_structure.Length])
        {
            WriteWord(tree, word);
        }

        _reservations.WriteTo(tree);
        _structure.WriteTo(tree);
        _strings.WriteTo(tree);
        return tree.ToArray();
    }

    private void WriteHeader(string name, uint length)
    {
        if (!_names.TryGetValue(name, out uint offset))
        {
            offset = (uint)_strings.Length;
            _names.Add(name, offset);
            _strings.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        WriteWord(_structure, Property);
        WriteWord(_structure, length);
        WriteWord(_structure, offset);
    }

    private static void Pad(MemoryStream stream)
    {
        while (stream.Length % sizeof(uint) != 0)
        {
            stream.WriteByte(0);
        }
    }

    private static void WriteWord(MemoryStream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteLong(MemoryStream stream, ulong value)
    {
        WriteWord(stream, (uint)(value >> 32));
        WriteWord(stream, (uint)value);
    }
}
