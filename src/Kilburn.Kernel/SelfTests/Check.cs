using System;
using Kilburn.Core;

namespace Kilburn.Kernel.SelfTests;

/// <summary>What a self-test found wrong: the first thing counts.</summary>
public ref struct Check
{
    private ReadOnlySpan<byte> _what;
    private uint _value;
    private bool _hasFailed;

    /// <summary>True when something was wrong.</summary>
    public readonly bool HasFailed => _hasFailed;

    /// <summary>What was wrong first.</summary>
    public readonly ReadOnlySpan<byte> What => _what;

    /// <summary>The address or word that shows it.</summary>
    public readonly uint Value => _value;

    /// <summary>Asks that something is so.</summary>
    /// <param name="condition">Whether it is.</param>
    /// <param name="what">What is wrong if it is not.</param>
    /// <param name="value">The address or word that shows it.</param>
    public void That(bool condition, ReadOnlySpan<byte> what, uint value = 0)
    {
        if (!condition && !_hasFailed)
        {
            _hasFailed = true;
            _what = what;
            _value = value;
        }
    }

    /// <summary>Asks that two words are equal.</summary>
    /// <param name="actual">The word found.</param>
    /// <param name="expected">The word that should be.</param>
    /// <param name="what">Which word.</param>
    public void Equal(uint actual, uint expected, ReadOnlySpan<byte> what) => That(actual == expected, what, actual);

    /// <summary>Asks that an operation ended in one way.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="expected">How it should.</param>
    /// <param name="what">Which operation.</param>
    public void Ends(VmStatus status, VmStatus expected, ReadOnlySpan<byte> what) =>
        That(status == expected, what, (uint)status);

    /// <summary>Asks that an operation succeeded.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="what">Which operation.</param>
    public void Succeeds(VmStatus status, ReadOnlySpan<byte> what) => Ends(status, VmStatus.Ok, what);

    /// <summary>Asks that an operation succeeded that the rest of the test builds on.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="what">Which operation.</param>
    /// <returns>True when it did.</returns>
    public bool Has(VmStatus status, ReadOnlySpan<byte> what)
    {
        Succeeds(status, what);
        return status == VmStatus.Ok;
    }
}
