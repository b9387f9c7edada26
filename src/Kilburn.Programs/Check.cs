using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>What a program finds wrong with itself.</summary>
/// <param name="program">Its name, which each line begins with.</param>
public ref struct Check(ReadOnlySpan<byte> program)
{
    private readonly ReadOnlySpan<byte> _program = program;
    private uint _failures;

    /// <summary>What the program exits with: 0 when nothing was wrong.</summary>
    public readonly uint Status => _failures == 0 ? 0u : 1u;

    /// <summary>Things that were wrong.</summary>
    public readonly uint Failures => _failures;

    /// <summary>Holds a number against what it should be.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="actual">The number.</param>
    /// <param name="expected">What it should be.</param>
    /// <returns>True when it is.</returns>
    public bool Equal(ReadOnlySpan<byte> what, uint actual, uint expected)
    {
        if (actual == expected)
        {
            return true;
        }

        _failures++;
        Line line = Begin();
        line.Add("wrong: "u8);
        line.Add(what);
        line.Add(" is "u8);
        line.AddHex(actual);
        line.Add(", not "u8);
        line.AddHex(expected);
        line.Print();
        return false;
    }

    /// <summary>Holds a condition to be true.</summary>
    /// <param name="what">What it says.</param>
    /// <param name="condition">Whether it does.</param>
    /// <returns>The condition.</returns>
    public bool That(ReadOnlySpan<byte> what, bool condition) => Equal(what, condition ? 1u : 0u, 1);

    /// <summary>Holds a system call to have succeeded.</summary>
    /// <param name="what">Which.</param>
    /// <param name="error">Its error.</param>
    /// <returns>True when there was none.</returns>
    public bool Done(ReadOnlySpan<byte> what, SystemCallError error) => Equal(what, (uint)error, 0);

    /// <summary>Holds a child to have ended with a status.</summary>
    /// <param name="what">Which child.</param>
    /// <param name="process">Its number.</param>
    /// <param name="status">The status.</param>
    public bool Exits(ReadOnlySpan<byte> what, uint process, uint status) =>
        Done(what, Process.TryWait(process, out ProcessEnd end))
        && Equal(what, (uint)end.Reason, (uint)ProcessEndReason.Exited)
        && Equal(what, end.Status, status);

    /// <summary>Holds a child to have ended by a fault.</summary>
    /// <param name="what">Which child.</param>
    /// <param name="process">Its number.</param>
    /// <param name="reason">Why.</param>
    /// <param name="access">What was wanted.</param>
    /// <param name="address">Where.</param>
    public bool Faults(
        ReadOnlySpan<byte> what, uint process, ProcessEndReason reason, MemoryAccess access, uint address) =>
        Done(what, Process.TryWait(process, out ProcessEnd end))
        && Equal(what, (uint)end.Reason, (uint)reason)
        && Equal(what, (uint)end.Access, (uint)access)
        && Equal(what, end.Address, address);

    /// <summary>A line that begins with the program's name.</summary>
    public readonly Line Begin()
    {
        Line line = default;
        line.Add(_program);
        line.Add(": "u8);
        return line;
    }
}
