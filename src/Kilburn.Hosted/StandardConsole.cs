using System;
using System.Diagnostics;
using System.IO;

namespace Kilburn.Hosted;

/// <summary>The process's own input and output. A terminal gives each key as it is pressed.</summary>
internal sealed class StandardConsole : IHostedConsole, IDisposable
{
    private const int BufferLength = 4096;

    private readonly Stream _input = System.Console.OpenStandardInput();
    private readonly BufferedStream _output = new(System.Console.OpenStandardOutput(), BufferLength);
    private bool _isRaw;

    /// <inheritdoc/>
    public void Write(byte value) => _output.WriteByte(value);

    /// <inheritdoc/>
    public int Read()
    {
        _output.Flush();
        if (!_isRaw && !System.Console.IsInputRedirected)
        {
            _isRaw = true;
            SetTerminal("-icanon -echo");
        }

        return _input.ReadByte();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Flush();
        if (_isRaw)
        {
            SetTerminal("icanon echo");
        }
    }

    private static void SetTerminal(string settings)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("stty", settings));
            process?.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without stty a line is edited by the terminal itself.
        }
    }
}
