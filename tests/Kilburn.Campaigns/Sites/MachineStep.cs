using Kilburn.Model.Cores;

namespace Kilburn.Campaigns.Sites;

/// <summary>One step of an operation of the machine.</summary>
/// <param name="Index">Which of the operation's steps, from 0. Where an operation does one thing or another, both have the same.</param>
/// <param name="Kind">What the step is.</param>
/// <param name="IsUnread">
/// True for a write of TTBR0 while TTBCR.PD0 is in effect, in an operation that leaves it set: no walk reads the register before
/// the ISB of the operation that clears PD0. B3.5.4, B4.1.153.
/// </param>
internal readonly record struct MachineStep(int Index, StepKind Kind, bool IsUnread);
