using System.Diagnostics.CodeAnalysis;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Kernel;
using Kilburn.Kernel.Cores;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Stress;

namespace Kilburn.Kernel.Board;

/// <summary>What the monitor, the self-tests and the benchmarks ask of a board, and the virtual memory system does not.</summary>
/// <remarks>
/// Always used as <c>where TBoard : struct, IBoard</c> and passed by <c>ref</c>, as <see cref="Kilburn.Core.IMachine"/> is. A value may
/// be copied: what it stands for is outside of it.
/// </remarks>
public interface IBoard : IUserMode
{
    /// <summary>Sends one byte to the console; waits while the console cannot take it.</summary>
    /// <param name="value">A line ends with <c>\n</c> alone: the board adds what its terminal wants.</param>
    void WriteByte(byte value);

    /// <summary>Prints what this core has sent of a line that has not ended yet. Whole lines are printed as they end.</summary>
    void Flush();

    /// <summary>Waits for a byte from the console.</summary>
    /// <param name="value">The byte; zero at the end.</param>
    /// <returns>False when no byte will ever come: a hosted console whose input has ended.</returns>
    bool TryReadByte(out byte value);

    /// <summary>Asks whether a person wants what runs to end: Ctrl-C came from the console. What was typed before it is forgotten.</summary>
    /// <returns>True once for each.</returns>
    /// <remarks>Does not wait. Whatever else has been typed is what <see cref="TryReadByte"/> gives next.</remarks>
    bool TakeInterrupt();

    /// <summary>Makes one access as the kernel would, and survives the fault that it may cause.</summary>
    /// <param name="access">
    /// Read: one load. Write: one store. Execute: a call of the address, whose code must return at once if there is any.
    /// </param>
    /// <param name="address">Any address; a multiple of 4 for loads and stores.</param>
    /// <param name="value">The word to store, or the word loaded; unchanged by a fault.</param>
    /// <returns>The fault, decoded; <see cref="FaultReport.IsFault"/> is false when none came.</returns>
    /// <remarks>The user domain is open for the duration (DACR), so that the rights of user pages decide and not their domain.</remarks>
    FaultReport Probe(FaultAccess access, VirtualAddress address, ref uint value);

    /// <summary>Prints what this machine is: a few lines that start with <c>machine:</c>.</summary>
    void DescribeMachine();

    /// <summary>The virtual memory system of the kernel that runs on this board: one value, in the kernel's static data.</summary>
    ref VirtualMemory Memory { get; }

    /// <summary>Instructions that ran, modulo 2^32: PMCCNTR under <c>-icount shift=0</c>. Zero where nothing counts.</summary>
    uint InstructionCount { get; }

    /// <summary>
    /// <see cref="InstructionCount"/> when <see cref="VirtualMemory.TryStart"/> had returned. The count begins at the kernel's entry.
    /// </summary>
    uint StartInstructionCount { get; }

    /// <summary>What counts <see cref="TicksPerSecond"/>, modulo 2^32, whoever waits or works: where the scheduler's time is made, this one is not.</summary>
    uint Ticks { get; }

    /// <summary>How many <see cref="Ticks"/> there are in a second.</summary>
    uint TicksPerSecond { get; }

    /// <summary>Draws 32 bits from the board's generator of random numbers.</summary>
    /// <param name="word">The bits; zero on failure.</param>
    /// <returns>False when the generator has none.</returns>
    bool TryDrawRandom(out uint word);

    /// <summary>What a core is doing.</summary>
    /// <param name="core">0 to 3.</param>
    CoreState StateOf(uint core);

    /// <summary>Lets an idle core do its part of <c>stress</c>; it is idle again when <see cref="StateOf"/> says so.</summary>
    /// <param name="core">1 to 3, and idle.</param>
    /// <param name="plan">What it goes by: stays where it is until the core is idle again.</param>
    void StartStress(uint core, ref StressPlan plan);

    /// <summary>How often a core has found a lock taken and waited, modulo 2^32. Zero where nobody counts.</summary>
    /// <param name="core">0 to 3.</param>
    uint LockRetriesOf(uint core);

    /// <summary>Ends the machine.</summary>
    /// <param name="status">What the command line that started it returns: 0 for success.</param>
    [DoesNotReturn]
    void PowerOff(uint status);

    /// <summary>Starts the machine again from its first instruction.</summary>
    [DoesNotReturn]
    void Reboot();
}
