using System.Collections.Generic;

namespace Kilburn.Campaigns.Asids;

/// <summary>A state of the search.</summary>
/// <param name="Bytes">What is shared: see <see cref="AsidWorld{TBounds}"/>. Never changed.</param>
/// <param name="Cores">What each core is at. Never changed.</param>
/// <param name="Path">How it was reached.</param>
internal readonly record struct AsidState<TBounds>(byte[] Bytes, AsidProgress[] Cores, AsidPath? Path);

/// <summary>How far a core is in its operation.</summary>
/// <param name="Operation">The operation; <see cref="AsidOperationKind.None"/> between two.</param>
/// <param name="Last">The last call that was done, and those before it.</param>
/// <param name="History">A hash of what the core has read and may still act on.</param>
/// <param name="IsResuming">The space was found taken out, and the core goes back to what it ran.</param>
/// <param name="Pending">The next call.</param>
/// <param name="PendingOffset">Where in the shared bytes it goes.</param>
/// <param name="WordAtLock">The word that the operation's space had when the lock was taken last.</param>
internal readonly record struct AsidProgress(
    AsidOperation Operation, AsidStep? Last, ulong History, bool IsResuming, AsidCall Pending, int PendingOffset, uint WordAtLock = 0);

/// <summary>A call that was done; the first of an operation stands for its beginning.</summary>
/// <param name="Previous">The call before it.</param>
/// <param name="After">The shared bytes when it returned.</param>
/// <param name="Returned">What it returned.</param>
internal sealed record AsidStep(AsidStep? Previous, byte[] After, uint Returned);

/// <summary>The transitions that led to a state.</summary>
/// <param name="Previous">Those before.</param>
/// <param name="Core">The core that moved.</param>
/// <param name="Operation">What it is at.</param>
internal sealed record AsidPath(AsidPath? Previous, int Core, AsidOperation Operation)
{
    /// <summary>The whole path in words: runs of one core in one operation.</summary>
    public IEnumerable<string> Describe()
    {
        Stack<(int Core, AsidOperation Operation, int Steps)> runs = new();
        for (AsidPath? at = this; at != null; at = at.Previous)
        {
            if (runs.TryPeek(out (int Core, AsidOperation Operation, int Steps) top) && top.Core == at.Core && top.Operation == at.Operation)
            {
                _ = runs.Pop();
                runs.Push((at.Core, at.Operation, top.Steps + 1));
            }
            else
            {
                runs.Push((at.Core, at.Operation, 1));
            }
        }

        foreach ((int core, AsidOperation operation, int steps) in runs)
        {
            yield return $"core {core}: {operation}, {steps} calls";
        }
    }
}
