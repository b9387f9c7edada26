using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;

namespace Kilburn.Core.Tables;

/// <summary>What the MMU answered to <see cref="IMachine.Translate"/>.</summary>
/// <remarks>
/// <code>
/// PAR  31                12 11      7 6   1 0
///     +--------------------+---------+-----+-+
///     |     PA[31:12]      |  attrs  |SS: 1|0|   for a supersection PA[31:24], and bit 1 set
///     +--------------------+---------+-----+-+
///     |          0                   | FS  |1|   on a fault
///     +------------------------------+-----+-+
/// </code>
/// Source: ARM DDI 0406C.d, B4.1.112.
/// </remarks>
/// <param name="register">PAR.</param>
/// <param name="address">The address asked about.</param>
public readonly struct TranslationAnswer(uint register, VirtualAddress address)
{
    private const uint FaultBit = 1;
    private const uint SupersectionBit = 1u << 1;
    private const int StatusShift = 1;
    private const uint StatusMask = 0x1F;
    private const uint SupersectionMask = PageSize.Supersection - 1;

    private readonly uint _register = register;
    private readonly VirtualAddress _address = address;

    /// <summary>Why there is no translation; <see cref="FaultStatus.None"/> when there is one.</summary>
    public FaultStatus Status =>
        (_register & FaultBit) == 0 ? FaultStatus.None : (FaultStatus)((_register >> StatusShift) & StatusMask);

    /// <summary>The byte that the address leads to, when <see cref="Status"/> is <see cref="FaultStatus.None"/>.</summary>
    public PhysicalAddress Physical
    {
        get
        {
            uint offsetMask = (_register & SupersectionBit) != 0 ? SupersectionMask : PageSize.SmallMask;
            return new PhysicalAddress((_register & ~offsetMask) | (_address.Value & offsetMask));
        }
    }

    /// <summary>Asks for a translation as a load or store would get it.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="address">Any address.</param>
    /// <param name="access">By whom, and for what.</param>
    public static TranslationAnswer Ask<TMachine>(ref TMachine machine, VirtualAddress address, TranslationAccess access)
        where TMachine : struct, IMachine => new(machine.Translate(address, access), address);
}
