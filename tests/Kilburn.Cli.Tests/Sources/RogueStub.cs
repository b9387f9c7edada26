using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Kilburn.Cli.Tests.Sources;

/// <summary>A gdb stub that answers as a test wants.</summary>
internal sealed class RogueStub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, string?> _answer;

    /// <param name="answer">From a packet to what goes over the wire, framed or not; null hangs up.</param>
    public RogueStub(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>A packet with its frame and checksum.</summary>
    public static string Frame(string packet)
    {
        byte sum = 0;
        foreach (char letter in packet)
        {
            sum += (byte)letter;
        }

        return $"+${packet}#{sum:x2}";
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
        NetworkStream stream = client.GetStream();
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            int length = await stream.ReadAsync(buffer, _end.Token);
            if (length == 0)
            {
                return;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, length));
            for (int end; (end = text.ToString().IndexOf('#')) >= 0 && text.Length >= end + 3;)
            {
                string packet = text.ToString()[(text.ToString().IndexOf('$') + 1)..end];
                text.Remove(0, end + 3);
                if (_answer(packet) is not string answer)
                {
                    return;
                }

                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), _end.Token);
            }
        }
    }
}
