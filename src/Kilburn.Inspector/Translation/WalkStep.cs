namespace Kilburn.Inspector.Translation;

/// <summary>One descriptor that a walk read.</summary>
/// <param name="Level">Of its table.</param>
/// <param name="Slot">Where it lies.</param>
/// <param name="Word">The descriptor; zero when nothing answered.</param>
/// <param name="Form">Its form; null when nothing answered.</param>
public readonly record struct WalkStep(int Level, ulong Slot, ulong Word, DescriptorForm? Form);
