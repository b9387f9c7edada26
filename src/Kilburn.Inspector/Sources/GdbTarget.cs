using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace Kilburn.Inspector.Sources;

/// <summary>A guest behind a gdb remote stub: its registers by name, and its memory.</summary>
public sealed class GdbTarget : IPhysicalMemory, IDisposable
{
    private const int DefaultPacketLength = 512;
    private const int MostOfAPacket = 0x800;
    private const int XmlPiece = 0x400;
    private const int MostXml = 1 << 20;
    private const int MostDocuments = 32;

    private readonly GdbConnection _connection;
    private readonly bool _staysStopped;
    private readonly ulong? _linearOffset;
    private readonly Dictionary<string, (int Number, int Bits)> _registers = new(StringComparer.OrdinalIgnoreCase);
    private readonly int _bytesOfARead;
    private bool _isPhysical;

    /// <summary>Takes over a connection.</summary>
    /// <param name="connection">To the stub; ended with this.</param>
    /// <param name="staysStopped">The guest is left stopped.</param>
    /// <param name="core">Which processor, counted from 1; null for the stub's own choice.</param>
    /// <param name="linearOffset">
    /// For a stub that does not read physical memory: physical address 0 is seen at this virtual address.
    /// </param>
    public GdbTarget(GdbConnection connection, bool staysStopped, int? core, ulong? linearOffset)
    {
        _connection = connection;
        _staysStopped = staysStopped;
        _linearOffset = linearOffset;
        string features = connection.Ask("qSupported:xmlRegisters=arm");
        if (features.Contains("QStartNoAckMode+", StringComparison.Ordinal))
        {
            connection.StopAcknowledging();
        }

        _bytesOfARead = Math.Clamp((PacketLength(features) / 2) - 4, 4, MostOfAPacket);
        if (core is int number && connection.Ask(string.Create(CultureInfo.InvariantCulture, $"Hg{number:x}")) != "OK")
        {
            throw new SourceException($"The stub has no processor {number}.");
        }

        if (features.Contains("qXfer:features:read+", StringComparison.Ordinal))
        {
            ReadDescriptions();
        }
    }

    /// <summary>Names of the registers that the stub gives.</summary>
    public IReadOnlyCollection<string> RegisterNames => _registers.Keys;

    /// <summary>Bytes of memory that were read from the stub.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads a register.</summary>
    /// <param name="name">As the stub names it; case does not matter.</param>
    /// <returns>Null when the stub does not have it.</returns>
    public ulong? ReadRegister(string name)
    {
        if (!_registers.TryGetValue(name, out (int Number, int Bits) register))
        {
            return null;
        }

        string reply = _connection.Ask(string.Create(CultureInfo.InvariantCulture, $"p{register.Number:x}"));
        if (reply.Length == 0 || reply[0] == 'E')
        {
            return null;
        }

        byte[] bytes = Bytes(reply, register.Bits / 8);
        ulong value = 0;
        for (int index = bytes.Length - 1; index >= 0; index--)
        {
            value = (value << 8) | bytes[index];
        }

        return value;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        if (SetPhysical(true))
        {
            return TryReadAs(address, bytes);
        }

        if (_linearOffset is not ulong offset)
        {
            throw new SourceException(
                "The stub does not read physical memory. Say with --linear at which virtual address the guest sees physical 0.");
        }

        return TryReadAs((address + offset) & uint.MaxValue, bytes);
    }

    /// <summary>Reads as the stopped processor would, through its own translation.</summary>
    /// <param name="address">A virtual address.</param>
    /// <param name="bytes">Filled in whole, or not to be used.</param>
    public bool TryReadVirtual(uint address, Span<byte> bytes)
    {
        _ = SetPhysical(false);
        return TryReadAs(address, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_connection.IsLost)
        {
            Leave();
        }

        _connection.Dispose();
    }

    private void Leave()
    {
        try
        {
            _ = SetPhysical(false);
            if (!_staysStopped)
            {
                _ = _connection.Ask("D");
            }
        }
        catch (SourceException)
        {
            // It went away at the very end: nothing is left to put in order.
        }
    }

    private static int PacketLength(string features)
    {
        const string Name = "PacketSize=";
        foreach (string feature in features.Split(';'))
        {
            if (feature.StartsWith(Name, StringComparison.Ordinal)
                && int.TryParse(feature[Name.Length..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int length))
            {
                return length;
            }
        }

        return DefaultPacketLength;
    }

    private static byte[] Bytes(string reply, int length)
    {
        try
        {
            byte[] bytes = Convert.FromHexString(reply);
            return bytes.Length == length
                ? bytes
                : throw new SourceException($"The stub gave {bytes.Length} bytes where {length} were asked for.");
        }
        catch (FormatException wrong)
        {
            throw new SourceException("The stub's reply is not hexadecimal.", wrong);
        }
    }

    // QEMU's own packet. True when the stub is in the mode asked for.
    private bool SetPhysical(bool isPhysical)
    {
        if (_isPhysical != isPhysical)
        {
            if (_connection.Ask($"Qqemu.PhyMemMode:{(isPhysical ? 1 : 0)}") != "OK")
            {
                return false;
            }

            _isPhysical = isPhysical;
        }

        return true;
    }

    private bool TryReadAs(ulong address, Span<byte> bytes)
    {
        while (bytes.Length != 0)
        {
            int length = Math.Min(bytes.Length, _bytesOfARead);
            string reply = _connection.Ask(string.Create(CultureInfo.InvariantCulture, $"m{address:x},{length:x}"));
            if (reply.Length == 0 || reply[0] == 'E')
            {
                return false;
            }

            Bytes(reply, length).CopyTo(bytes);
            BytesRead += length;
            address += (ulong)length;
            bytes = bytes[length..];
        }

        return true;
    }

    // Registers are numbered on from the last one, through all documents in their order.
    private void ReadDescriptions()
    {
        Queue<string> documents = new(["target.xml"]);
        int next = 0;
        for (int count = 0; documents.TryDequeue(out string? document); count++)
        {
            if (count == MostDocuments)
            {
                throw new SourceException("The stub's description of its registers has no end.");
            }

            try
            {
                ReadDescription(document, documents, ref next);
            }
            catch (Exception wrong) when (wrong is XmlException or FormatException or OverflowException)
            {
                throw new SourceException($"The stub's description {document} is damaged: {wrong.Message}", wrong);
            }
        }
    }

    private void ReadDescription(string document, Queue<string> documents, ref int next)
    {
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        using XmlReader reader = XmlReader.Create(new StringReader(Fetch(document).Replace("xi:include", "include", StringComparison.Ordinal)), settings);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (reader.Name == "include" && reader.GetAttribute("href") is string href)
            {
                documents.Enqueue(href);
            }

            if (reader.Name == "reg" && reader.GetAttribute("name") is string name)
            {
                next = reader.GetAttribute("regnum") is string number ? int.Parse(number, CultureInfo.InvariantCulture) : next;
                _registers[name] = (next, int.Parse(reader.GetAttribute("bitsize") ?? "32", CultureInfo.InvariantCulture));
                next++;
            }
        }
    }

    private string Fetch(string document)
    {
        StringBuilder text = new();
        while (true)
        {
            string piece = _connection.Ask(
                string.Create(CultureInfo.InvariantCulture, $"qXfer:features:read:{document}:{text.Length:x},{XmlPiece:x}"));
            if (piece.Length == 0 || piece[0] is not ('m' or 'l') || text.Length > MostXml)
            {
                throw new SourceException($"The stub does not give its description {document}.");
            }

            _ = text.Append(piece, 1, piece.Length - 1);
            if (piece[0] == 'l' || piece.Length == 1)
            {
                return text.ToString();
            }
        }
    }
}
