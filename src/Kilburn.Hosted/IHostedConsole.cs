namespace Kilburn.Hosted;

/// <summary>The two ends of a hosted kernel's console.</summary>
public interface IHostedConsole
{
    /// <summary>Takes a byte that the kernel writes.</summary>
    /// <param name="value">The byte; a line ends with <c>\n</c>.</param>
    void Write(byte value);

    /// <summary>Waits for a byte for the kernel.</summary>
    /// <returns>The byte, or -1 when the input has ended.</returns>
    int Read();
}
