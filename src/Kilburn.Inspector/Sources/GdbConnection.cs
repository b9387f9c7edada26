using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Text;

namespace Kilburn.Inspector.Sources;

/// <summary>A connection to a gdb remote stub: packets out, replies in, each within a limit of time.</summary>
/// <remarks>Source: Debugging with GDB, appendix E (remote serial protocol).</remarks>
public sealed class GdbConnection : IDisposable
{
    private const int LongestPacket = 1 << 20;
    private const int Attempts = 3;
    private const byte Escape = (byte)'}';
    private const byte RunLength = (byte)'*';
    private const byte EscapeFlip = 0x20;
    private const byte RunLengthBias = 29;

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly TimeSpan _limit;
    private readonly string _name;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _areAcknowledged = true;

    private GdbConnection(string name, TcpClient client, TimeSpan limit)
    {
        _name = name;
        _client = client;
        _client.NoDelay = true;
        _stream = client.GetStream();
        _limit = limit;
    }

    /// <summary>True once the stub has failed to answer: nothing more is asked.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Bytes that came from the stub.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="limit">For the connection, and for each reply.</param>
    /// <exception cref="SourceException">Nobody answers.</exception>
    public static GdbConnection Open(string host, int port, TimeSpan limit)
    {
        string name = $"{host}:{port}";
        TcpClient client = new();
        try
        {
            if (!client.ConnectAsync(host, port).Wait(limit))
            {
                throw new SourceException($"{name}: no connection within {limit.TotalSeconds:0} seconds.");
            }

            return new GdbConnection(name, client, limit);
        }
        catch (AggregateException failed)
        {
            client.Dispose();
            throw new SourceException($"{name}: {failed.InnerException!.Message}", failed);
        }
        catch (SourceException)
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Ends the acknowledgement of each packet; for stubs that offer it.</summary>
    public void StopAcknowledging()
    {
        if (Ask("QStartNoAckMode") == "OK")
        {
            _areAcknowledged = false;
        }
    }

    /// <summary>Sends a packet, and waits for its reply.</summary>
    /// <param name="packet">ASCII, without frame and checksum.</param>
    /// <returns>The reply; empty when the stub does not know the packet.</returns>
    /// <exception cref="SourceException">The stub hangs, talks rubbish or is gone.</exception>
    public string Ask(string packet)
    {
        try
        {
            return Exchange(packet);
        }
        catch (SourceException)
        {
            IsLost = true;
            throw;
        }
    }

    /// <summary>Lets the guest run, and waits until it stops.</summary>
    /// <param name="packet"><c>c</c> or <c>s</c>.</param>
    /// <exception cref="SourceException">It does not stop within the limit, or the stub is gone.</exception>
    public void Resume(string packet)
    {
        Stopwatch time = Stopwatch.StartNew();
        Send(packet);
        string? reply;
        do
        {
            reply = Receive(time);
            if (_areAcknowledged)
            {
                Write("+"u8);
            }
        }
        while (reply is null || !IsStopReply(reply));
    }

    /// <summary>Sends a packet whose reply nobody waits for.</summary>
    /// <param name="packet">ASCII, without frame and checksum.</param>
    public void Tell(string packet) => Send(packet);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private string Exchange(string packet)
    {
        Stopwatch time = Stopwatch.StartNew();
        Send(packet);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            string? reply = Receive(time);
            if (reply is null)
            {
                Write("-"u8); // damaged: once more
                continue;
            }

            if (_areAcknowledged)
            {
                Write("+"u8);
            }

            if (IsStopReply(reply))
            {
                attempt--; // comes unasked when the guest stops: not the answer
                continue;
            }

            return reply;
        }

        throw new SourceException($"{_name}: the stub's replies are damaged.");
    }

    // T05thread:01; and S05. Replies to what is asked here are in lower-case hexadecimal, or begin with another letter.
    private static bool IsStopReply(string reply) =>
        reply is ['T' or 'S', char high, char low, ..] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low);

    private void Send(string packet)
    {
        byte sum = 0;
        foreach (char letter in packet)
        {
            sum += (byte)letter;
        }

        Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${packet}#{sum:x2}")));
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _client.SendTimeout = (int)_limit.TotalMilliseconds;
            _stream.Write(bytes);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            throw new SourceException($"{_name}: the stub went away.", gone);
        }
    }

    // One packet; null when its checksum is wrong.
    private string? Receive(Stopwatch time)
    {
        int rubbish = 0;
        for (byte found = Next(time); found != '$'; found = Next(time))
        {
            if (found is not ((byte)'+' or (byte)'-') && ++rubbish > _buffer.Length)
            {
                throw new SourceException($"{_name}: what answers there does not talk the gdb remote protocol.");
            }
        }

        StringBuilder text = new();
        byte sum = 0;
        byte previous = 0;
        for (byte next = Next(time); next != '#'; next = Next(time))
        {
            sum += next;
            if (next == Escape)
            {
                next = Next(time);
                sum += next;
                previous = (byte)(next ^ EscapeFlip);
                _ = text.Append((char)previous);
            }
            else if (next == RunLength && text.Length != 0)
            {
                next = Next(time);
                sum += next;
                _ = text.Append((char)previous, Math.Max(next - RunLengthBias, 0));
            }
            else
            {
                previous = next;
                _ = text.Append((char)next);
            }

            if (text.Length > LongestPacket)
            {
                throw new SourceException($"{_name}: a reply without end.");
            }
        }

        int high = HexDigit(Next(time));
        int low = HexDigit(Next(time));
        return ((high << 4) | low) == sum ? text.ToString() : null;
    }

    private static int HexDigit(byte letter) =>
        char.IsAsciiHexDigit((char)letter) ? Convert.ToInt32(((char)letter).ToString(), 16) : -1;

    private byte Next(Stopwatch time)
    {
        if (_start == _end)
        {
            Fill(time);
        }

        return _buffer[_start++];
    }

    private void Fill(Stopwatch time)
    {
        TimeSpan left = _limit - time.Elapsed;
        if (left <= TimeSpan.Zero)
        {
            throw Silent();
        }

        try
        {
            _client.ReceiveTimeout = Math.Max((int)left.TotalMilliseconds, 1);
            _start = 0;
            _end = _stream.Read(_buffer);
            BytesReceived += _end;
        }
        catch (IOException failed) when (failed.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
        {
            throw Silent();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            throw new SourceException($"{_name}: the stub went away.", gone);
        }

        if (_end == 0)
        {
            throw new SourceException($"{_name}: the stub went away.");
        }
    }

    private SourceException Silent() =>
        new($"{_name}: no whole reply from the stub within {_limit.TotalSeconds:0} seconds.");
}
