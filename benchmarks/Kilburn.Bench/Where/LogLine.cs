using System;
using System.Buffers.Text;

namespace Kilburn.Bench.Where;

/// <summary>A line of QEMU's log with <c>-d exec,nochain</c>, one instruction to a block.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Core">Which core.</param>
/// <param name="Address">Of the instruction.</param>
/// <remarks>
/// <code>
/// Trace 0: 0x7f18d4000100 [00800080/80016232/00000070/ff020201] symbol    about to run
/// Stopped execution of TB chain before 0x7f18d4000100 [80016232] symbol   not run after all; comes again
/// cpu_io_recompile: rewound execution of TB to 80013ba0                   not run after all; comes again
/// </code>
/// </remarks>
internal readonly record struct LogLine(LogLineKind Kind, int Core, uint Address)
{
    private const char Hexadecimal = 'x';
    private const int AddressDigits = 8;

    private static ReadOnlySpan<byte> Trace => "Trace "u8;

    private static ReadOnlySpan<byte> Stopped => "Stopped execution of TB chain before "u8;

    private static ReadOnlySpan<byte> Rewound => "cpu_io_recompile: rewound execution of TB to "u8;

    /// <summary>Reads a line.</summary>
    /// <param name="line">ASCII, without its end.</param>
    /// <returns>Of kind <see cref="LogLineKind.Other"/> when it is none of these.</returns>
    internal static LogLine Parse(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(Trace))
        {
            int address = line.IndexOf((byte)'/') + 1;
            return address != 0 && Utf8Parser.TryParse(line[Trace.Length..], out int core, out _)
                ? Read(LogLineKind.Run, core, line[address..])
                : default;
        }

        return line.StartsWith(Stopped) ? Read(LogLineKind.TakenBack, 0, line[(line.IndexOf((byte)'[') + 1)..])
            : line.StartsWith(Rewound) ? Read(LogLineKind.TakenBack, 0, line[Rewound.Length..])
            : default;
    }

    private static LogLine Read(LogLineKind kind, int core, ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out uint address, out int length, Hexadecimal) && length == AddressDigits
            ? new LogLine(kind, core, address)
            : default;
}
