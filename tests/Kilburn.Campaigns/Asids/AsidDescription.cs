using System.Collections.Generic;
using System.Linq;
using System.Text;
using Kilburn.Core.Addresses;
using Kilburn.Core.Asids;

namespace Kilburn.Campaigns.Asids;

/// <summary>A state in words.</summary>
/// <typeparam name="TBounds">Cores and ASIDs.</typeparam>
internal static class AsidDescription<TBounds>
    where TBounds : struct, IAsidBounds
{
    /// <summary>Says all that the search keeps of a state, which the world is in.</summary>
    /// <param name="world">The world.</param>
    /// <param name="cores">What each core is at.</param>
    public static IEnumerable<string> Of(AsidWorld<TBounds> world, AsidProgress[] cores)
    {
        IEnumerable<int> asids = Enumerable.Range(1, TBounds.AsidCount - 1);
        uint generation = AsidInternals.Generation(ref world.Allocator);
        uint used = AsidInternals.FirstUsed(ref world.Allocator);
        yield return $"generation {AsidWord.GenerationOf(generation)}{(world.IsSettled ? ", the last" : "")}, "
            + $"used [{string.Join(' ', asids.Where(asid => ((used >> asid) & 1) != 0))}], cursor {AsidInternals.Cursor(ref world.Allocator)}, "
            + $"spaces in order [{string.Join(' ', Listed(world))}]";
        for (int core = 0; core < cores.Length; core++)
        {
            yield return $"core {core}: {Words(world, core)}";
            yield return $"core {core}: {Registers(world, core)}";
            yield return $"core {core}: {Progress(world, core, cores[core])}";
        }

        for (int slot = 0; slot < world.SlotCount; slot++)
        {
            yield return $"space {NameOf(slot)}: {Word(world.OwnerOf(slot).Word)} on cores [{string.Join(' ', Enumerable.Range(0, cores.Length).Where(core => world.IsInSet(slot, core)))}], {world.Slots[slot].ToString().ToLowerInvariant()}";
        }
    }

    private static List<string> Listed(AsidWorld<TBounds> world)
    {
        List<string> names = [];
        uint next = AsidInternals.FirstOwner(ref world.Allocator);
        while (next != 0 && names.Count < world.SlotCount)
        {
            int slot = AsidWorld<TBounds>.SlotOf(next);
            names.Add(NameOf(slot));
            next = world.OwnerOf(slot).Next;
        }

        return names;
    }

    private static string Words(AsidWorld<TBounds> world, int core)
    {
        ref AsidCore words = ref AsidInternals.CoreOf(ref world.Allocator, (uint)core);
        bool isPending = ((AsidInternals.FlushPending(ref world.Allocator) >> core) & 1) != 0;
        string owner = words.Owner == 0 ? "none" : NameOf(AsidWorld<TBounds>.SlotOf(words.Owner));
        return $"active {Word(words.Active)}, reserved {Word(words.Reserved)}, owner {owner}"
            + $"{(isPending ? ", has to flush" : "")}{(world.HasLock(core) ? ", has the lock" : "")}";
    }

    private static string Registers(AsidWorld<TBounds> world, int core)
    {
        byte running = world.RunningOn(core);
        StringBuilder text = new(running == AsidWorld<TBounds>.NoSlot ? "runs none" : $"runs {NameOf(running)} under {world.TagOn(core)}");
        for (int tag = 0; tag < TBounds.ProcessorAsidCount; tag++)
        {
            uint held = world.Held(core, tag);
            if (held != 0)
            {
                IEnumerable<int> slots = Enumerable.Range(0, world.SlotCount);
                IEnumerable<string> live = slots.Where(slot => ((held >> slot) & 1) != 0).Select(NameOf);
                IEnumerable<string> old = slots.Where(slot => ((held >> (slot + AsidWorld<TBounds>.OldShift)) & 1) != 0).Select(slot => "old " + NameOf(slot));
                IEnumerable<string> dead = (held >> AsidWorld<TBounds>.DeadShift) != 0 ? ["what nobody may use"] : [];
                _ = text.Append($", may hold under {tag}: {string.Join(", ", [.. live, .. old, .. dead])}");
            }
        }

        return text.ToString();
    }

    private static string Progress(AsidWorld<TBounds> world, int core, in AsidProgress at)
    {
        if (at.Operation.Kind == AsidOperationKind.None)
        {
            return "between two operations";
        }

        int callCount = -1; // the first stands for the beginning
        for (AsidStep? step = at.Last; step != null; step = step.Previous)
        {
            callCount++;
        }

        string place = at.Pending is AsidCall.Load or AsidCall.Store ? $" at {world.PlaceOf(at.PendingOffset, core):X}" : "";
        return $"{at.Operation}, after {callCount} calls and before {at.Pending}{place}{(at.IsResuming ? ", resuming" : "")}, "
            + $"knows {at.History:X16}";
    }

    private static string Word(uint word) => word switch
    {
        0 => "-",
        AsidWord.Retired => "retired",
        _ => $"{AsidWord.GenerationOf(word)}:{AsidWord.AsidOf(word).Value}",
    };

    private static string NameOf(int slot) => ((char)('A' + slot)).ToString();
}
