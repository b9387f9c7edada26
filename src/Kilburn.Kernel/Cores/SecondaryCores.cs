using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;
using Kilburn.Kernel.Board;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Stress;

namespace Kilburn.Kernel.Cores;

/// <summary>Cores 1 to 3: out of their sleep, into the kernel, and to work.</summary>
/// <remarks>
/// A core turns its MMU on through an identity map of the first MiB, where the entry code lies, in the lower half of the kernel's table,
/// which TTBR1 never walks and no running core has in TTBR0. The map is there only while cores are started.
/// </remarks>
internal static unsafe class SecondaryCores
{
    private const int CoreCount = BootImage.CoreCount;
    private const uint WakeBit = 1;
    private const int Patience = 1 << 24; // looks at a core that was called: more than a second

    private static Slots s_slots; // [core]; see Slot

    /// <summary>Starts the cores that sleep in the boot code, one after the other.</summary>
    /// <param name="machine">Core 0.</param>
    /// <remarks>A core that does not come stays <see cref="CoreState.Off"/>; nothing waits for it ever after.</remarks>
    internal static void Start(ref ArmV7Machine machine)
    {
        PhysicalAddress identity = BootImage.Current.ToKernelImage().FirstLevelTable;
        SectionDescriptor firstMib = SectionDescriptor.Create(
            default, AccessPermission.KernelRead, MemoryType.Normal, Scope.NotGlobal, Execution.Allowed, Domain.Kernel);
        Descriptor.Write(ref machine, identity, firstMib.Raw);
        machine.SynchronizeData();
        for (int core = 1; core < CoreCount; core++)
        {
            if (BootImage.Current.HasArrived(core))
            {
                CoreRegisters.Post((uint)core, CoreRegisters.StartMailbox, BootImage.Current.SecondaryEntry.Value);
                for (int looks = 0; looks < Patience && StateOf(ref machine, (uint)core) == CoreState.Off; looks++)
                {
                    machine.Relax();
                }
            }
        }

        // No core has the table in TTBR0 any more, and each has emptied its TLB since it had.
        Descriptor.Write(ref machine, identity, 0);
        machine.SynchronizeData();
    }

    /// <summary>The cores that came: a bit for each.</summary>
    internal static uint Online
    {
        get
        {
            ArmV7Machine machine = default;
            uint online = 0;
            for (int core = 1; core < CoreCount; core++)
            {
                online |= StateOf(ref machine, (uint)core) != CoreState.Off ? 1u << core : 0;
            }

            return online;
        }
    }

    /// <summary>What a core is doing, threads aside.</summary>
    /// <param name="machine">The asking core.</param>
    /// <param name="core">1 to 3.</param>
    internal static CoreState StateOf(ref ArmV7Machine machine, uint core) =>
        (CoreState)machine.LoadAcquire(ref s_slots[(int)core].State);

    /// <summary>Puts an idle core to work.</summary>
    /// <param name="machine">The asking core.</param>
    /// <param name="core">1 to 3.</param>
    /// <param name="plan">In memory that does not move.</param>
    internal static void StartStress(ref ArmV7Machine machine, uint core, ref StressPlan plan)
    {
        ref Slot slot = ref s_slots[(int)core];
        slot.Plan = (StressPlan*)Unsafe.AsPointer(ref plan);
        machine.StoreRelease(ref slot.State, (uint)CoreState.Stress);
        machine.SynchronizeData(); // the work before what wakes the core
        CoreRegisters.Post(core, CoreRegisters.WakeMailbox, WakeBit);
    }

    [RuntimeExport("kernel_secondary")]
    private static void Enter(uint core)
    {
        ArmV7Machine machine = default;
        PiBoard board = default;
        board.Memory.Spaces.Leave(ref machine);
        PiBoard.PrepareCore();
        ref Slot slot = ref s_slots[(int)core];
        machine.StoreRelease(ref slot.State, (uint)CoreState.Idle);
        while (true)
        {
            if (StateOf(ref machine, core) == CoreState.Stress)
            {
                StressCore<ArmV7Machine, PiBoard>.Run(ref machine, ref board, ref *slot.Plan);
                machine.StoreRelease(ref slot.State, (uint)CoreState.Idle);
            }

            // Sleeps when there is no thread for this core; what is sent after the look ends the sleep at once.
            VirtualAddress thread = Scheduler.Help(ref machine, ref board);
            if (thread.Value != 0)
            {
                board.EnterUser(thread);
            }
        }
    }

    /// <summary>
    /// A core's orders. The state is changed from idle by who puts it to work, and back by the core; the plan is written before, by release.
    /// </summary>
    private struct Slot
    {
        internal uint State; // a CoreState
        internal StressPlan* Plan;
    }

    [InlineArray(CoreCount)]
    private struct Slots
    {
        private Slot _first;
    }
}
