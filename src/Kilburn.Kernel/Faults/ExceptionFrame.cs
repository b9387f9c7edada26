using System.Runtime.CompilerServices;

namespace Kilburn.Kernel.Faults;

/// <summary>The state that an exception interrupted, as <c>boot/vectors.S</c> saves it and restores it.</summary>
internal struct ExceptionFrame
{
    /// <summary>Registers from r0 on that <see cref="General"/> holds.</summary>
    internal const int GeneralCount = 13;

    private const uint ThumbBit = 1u << 5;
    private const uint IfThenBits = 0x0600_FC00;
    private const uint AddressMask = ~1u;

#pragma warning disable CS0649 // filled in by boot/vectors.S
    /// <summary>r0 to r12.</summary>
    internal GeneralRegisters General;

    /// <summary>sp of the interrupted mode.</summary>
    internal uint StackPointer;

    /// <summary>lr of the interrupted mode.</summary>
    internal uint Link;

    /// <summary>The instruction that failed; after an interrupt or a call, the next one.</summary>
    internal uint ProgramCounter;

    /// <summary>CPSR of the interrupted code.</summary>
    internal uint Status;

    /// <summary>Which exception it was.</summary>
    internal ExceptionKind Kind;
#pragma warning restore CS0649

    /// <summary>True when the interrupted code was in Thumb state.</summary>
    internal readonly bool IsThumb => (Status & ThumbBit) != 0;

    /// <summary>Goes on in a Thumb routine instead.</summary>
    /// <param name="address">Where.</param>
    internal void ContinueAt(uint address)
    {
        ProgramCounter = address & AddressMask;
        Status = (Status & ~IfThenBits) | ThumbBit;
    }

    /// <summary>r0 to r12.</summary>
    [InlineArray(GeneralCount)]
    internal struct GeneralRegisters
    {
        private uint _first;
    }
}
