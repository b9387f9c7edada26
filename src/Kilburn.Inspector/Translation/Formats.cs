namespace Kilburn.Inspector.Translation;

/// <summary>Which format a guest uses.</summary>
public static class Formats
{
    /// <summary>The format that TTBCR.EAE chooses.</summary>
    /// <param name="registers">The guest's.</param>
    public static ITableFormat Of(GuestRegisters registers) =>
        registers.HasLongDescriptors ? new LongFormat(registers) : new ShortFormat(registers);
}
