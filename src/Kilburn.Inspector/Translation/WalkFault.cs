namespace Kilburn.Inspector.Translation;

/// <summary>The fault that ends an access.</summary>
/// <param name="Reason">Why; <see cref="FaultReason.None"/> for an access that is allowed.</param>
/// <param name="Level">Of the descriptor that is to blame: 1 to 3.</param>
public readonly record struct WalkFault(FaultReason Reason, int Level)
{
    private const int LongTranslation = 0b000100;
    private const int LongAccessFlag = 0b001000;
    private const int LongPermission = 0b001100;
    private const int LongExternal = 0b010100;
    private const int LongDomain = 0b111100;

    /// <summary>True when there is one.</summary>
    public bool IsFault => Reason != FaultReason.None;

    /// <summary>The code that DFSR or IFSR would hold: FS[4:0], or STATUS[5:0] for long descriptors.</summary>
    /// <param name="isLong">Which format the guest uses.</param>
    /// <remarks>Source: ARM DDI 0406C.d, Table B3-23 (FS), Table B3-24 (STATUS).</remarks>
    public int Code(bool isLong) => isLong
        ? Level | Reason switch
        {
            FaultReason.Translation => LongTranslation,
            FaultReason.AccessFlag => LongAccessFlag,
            FaultReason.Permission => LongPermission,
            FaultReason.ExternalOnWalk => LongExternal,
            FaultReason.Domain => LongDomain,
            _ => 0,
        }
        : (Reason, Level) switch
        {
            (FaultReason.Translation, 1) => 0b00101,
            (FaultReason.Translation, _) => 0b00111,
            (FaultReason.AccessFlag, 1) => 0b00011,
            (FaultReason.AccessFlag, _) => 0b00110,
            (FaultReason.Domain, 1) => 0b01001,
            (FaultReason.Domain, _) => 0b01011,
            (FaultReason.Permission, 1) => 0b01101,
            (FaultReason.Permission, _) => 0b01111,
            (FaultReason.ExternalOnWalk, 1) => 0b01100,
            (FaultReason.ExternalOnWalk, _) => 0b01110,
            _ => 0,
        };
}
