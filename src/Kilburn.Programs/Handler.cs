using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>A process catches its own faults, repairs what they were about, and goes on.</summary>
public static unsafe class Handler
{
    private const uint Base = 0x2000_0000;
    private const uint Pages = 8;
    private const uint Length = Pages * Memory.PageBytes;
    private const uint HoleBase = 0x2800_0000;
    private const uint Mark = 0x1357;

    private static uint s_protections; // of the one thread there is
    private static uint s_holes;
    private static uint s_others;

    /// <summary>Faults, and counts what its handler saw.</summary>
    /// <param name="arguments">None.</param>
    /// <returns>0 when each access came through after one fault.</returns>
    public static uint Main(Arguments arguments)
    {
        Check check = new("handler"u8);
        if (!check.Done("map"u8, Memory.TryMap(Base, Length, MapFlags.Read | MapFlags.Fixed, out _))
            || !check.Done("set"u8, FaultHandler.TrySet(&Handle)))
        {
            return check.Status;
        }

        for (uint page = 0; page < Pages; page++)
        {
            uint address = Base + (page * Memory.PageBytes);
            Instructions.Store(address, Mark + page);
            _ = check.Equal("word"u8, Instructions.Load(address), Mark + page);
            _ = check.Equal("word in what was a hole"u8, Instructions.Load(HoleBase + (page * Memory.PageBytes)), 0);
        }

        _ = check.Equal("protection faults"u8, s_protections, Pages);
        _ = check.Equal("faults in holes"u8, s_holes, Pages);
        _ = check.Equal("others"u8, s_others, 0);

        // What the handler does not know ends the process as if there were none: a child's, this time.
        if (check.Done("clone"u8, Process.TryClone(out uint child)) && child == 0)
        {
            Instructions.Store(Instructions.Load(Base) - Mark, 0);
            Process.Exit(0);
        }

        _ = check.Faults("the child's write"u8, child, ProcessEndReason.NotMapped, MemoryAccess.Write, 0);
        _ = check.Done("clear"u8, FaultHandler.TryClear());
        Line line = check.Begin();
        line.AddDecimal(s_protections);
        line.Add(" protection faults and "u8);
        line.AddDecimal(s_holes);
        line.Add(" in holes repaired; what was not repaired ended a child"u8);
        line.Print();
        return check.Status;
    }

    private static FaultAction Handle(UserFault* fault)
    {
        uint page = fault->Address & ~(Memory.PageBytes - 1);
        SystemCallError error = SystemCallError.BadArgument;
        if (fault->Reason == ProcessEndReason.Protection && fault->Access == MemoryAccess.Write)
        {
            s_protections++;
            error = Memory.TryProtect(page, Memory.PageBytes, Memory.ReadWrite);
        }
        else if (fault->Reason == ProcessEndReason.NotMapped && page >= HoleBase && page < HoleBase + Length)
        {
            s_holes++;
            error = Memory.TryMap(page, Memory.PageBytes, MapFlags.Read | MapFlags.Fixed, out _);
        }
        else
        {
            s_others++;
        }

        return error == SystemCallError.None ? FaultAction.Resume : FaultAction.End;
    }
}
