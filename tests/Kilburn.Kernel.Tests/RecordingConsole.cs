using System.Collections.Generic;
using System.Text;
using Kilburn.Hosted;

namespace Kilburn.Kernel.Tests;

/// <summary>A console with typed input, whose output can be read.</summary>
internal sealed class RecordingConsole(string input = "") : IHostedConsole
{
    private readonly StringBuilder _output = new();
    private readonly Queue<byte> _input = new(Encoding.ASCII.GetBytes(input));

    public string Output => _output.ToString();

    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    public void Write(byte value) => _output.Append((char)value);

    public int Read() => _input.TryDequeue(out byte value) ? value : -1;

    public void Clear() => _output.Clear();
}
