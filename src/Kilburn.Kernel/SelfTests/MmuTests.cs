using Kilburn.Core;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Monitor;

namespace Kilburn.Kernel.SelfTests;

/// <summary>The table walk against the machine's own MMU.</summary>
internal static class MmuTests
{
    private const uint Tables = 2000;
    private const uint Seed = 0x4B69_6C62;

    internal static void MmuAgreesWithTheWalk<TInner, TBoard>(in Session<TInner, TBoard> session, ref Check check)
        where TInner : struct, IMachine
        where TBoard : struct, IBoard
    {
        VmStatus status = MmuComparison.TryRun(in session, Tables, Seed, out MmuTally tally);
        check.Succeeds(status, "prepare tables"u8);
        MmuComparison.Judge(in tally, ref check);
        MmuComparison.Write(ref session.Board, in tally);
    }
}
