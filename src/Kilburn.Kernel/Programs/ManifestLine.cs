using System;
using Kilburn.Kernel.Terminal;

namespace Kilburn.Kernel.Programs;

/// <summary>What a program of the boot image is expected to do: a line <c>NAME [ARGUMENTS]: OUTCOME</c> of its manifest.</summary>
/// <remarks>
/// The outcome is in the words of <c>run</c>, all of them or as many of the first as count: <c>exited 0</c>. Lines that begin with
/// <c>#</c>, and empty ones, say nothing.
/// </remarks>
public ref struct ManifestLine
{
    private const byte Remark = (byte)'#';

    /// <summary>The program's file.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>What it is started with when nothing else is asked for; may be empty.</summary>
    public ReadOnlySpan<byte> Arguments;

    /// <summary>How it ends.</summary>
    public ReadOnlySpan<byte> Outcome;

    /// <summary>Finds the line of a program.</summary>
    /// <param name="manifest">All lines.</param>
    /// <param name="name">The program.</param>
    /// <param name="line">Its first line; default when there is none.</param>
    public static bool TryFind(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> name, out ManifestLine line)
    {
        ReadOnlySpan<byte> rest = manifest;
        while (TryReadNext(ref rest, out line))
        {
            if (Words.AreEqual(line.Name, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the next line that says something.</summary>
    /// <param name="rest">In: the lines from there on; out: those behind it.</param>
    /// <param name="line">The line; default when there is no other.</param>
    public static bool TryReadNext(scoped ref ReadOnlySpan<byte> rest, out ManifestLine line)
    {
        line = default;
        while (rest.Length != 0)
        {
            ReadOnlySpan<byte> outcome = Words.Trim(Words.TakeUntil(ref rest, (byte)'\n'));
            if (outcome.Length == 0 || outcome[0] == Remark)
            {
                continue;
            }

            ReadOnlySpan<byte> arguments = Words.Trim(Words.TakeUntil(ref outcome, (byte)':'));
            line.Name = Words.TakeUntil(ref arguments, (byte)' ');
            line.Arguments = Words.Trim(arguments);
            line.Outcome = Words.Trim(outcome);
            return true;
        }

        return false;
    }
}
