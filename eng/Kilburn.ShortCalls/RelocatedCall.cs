namespace Kilburn.ShortCalls;

/// <summary>A direct call whose target the linker fills in.</summary>
/// <param name="Offset">Of the BL or B.W.</param>
/// <param name="IsCall">False for B.W.</param>
/// <param name="Low">The relocation of the MOVW that went: it becomes the call's.</param>
/// <param name="High">The relocation of the MOVT that went: it becomes none.</param>
internal readonly record struct RelocatedCall(int Offset, bool IsCall, Relocation Low, Relocation High);
