using System.Runtime.CompilerServices;

namespace Kilburn.SystemCalls;

/// <summary>A fault as the process's own handler gets it, and the registers to go on with. 80 bytes.</summary>
/// <remarks>VFP registers are as the interrupted code left them: a handler keeps what it uses.</remarks>
public struct UserFault
{
    /// <summary>Why; never <see cref="ProcessEndReason.Exited"/> or <see cref="ProcessEndReason.Killed"/>.</summary>
    public ProcessEndReason Reason;

    /// <summary>What was wanted.</summary>
    public MemoryAccess Access;

    /// <summary>Where.</summary>
    public uint Address;

    /// <summary>The instruction that failed.</summary>
    public uint ProgramCounter;

    /// <summary>CPSR. Of what a handler writes, only flags, GE, IT and the instruction set count.</summary>
    public uint Status;

    /// <summary>r0 to r12, sp, lr.</summary>
    public GeneralRegisters Registers;

    /// <summary>r0 to r14.</summary>
    [InlineArray(Count)]
    public struct GeneralRegisters
    {
        /// <summary>Registers.</summary>
        public const int Count = 15;

        private uint _first;
    }
}
