using System;
using System.Globalization;
using Kilburn.Model.Cores;

namespace Kilburn.Model.Campaigns;

/// <summary>A change of one maintenance step at one place of the program that runs on a machine.</summary>
/// <param name="File">End of the source file's path, with <c>/</c>.</param>
/// <param name="Line">Line of the call.</param>
/// <param name="StepIndex">Which step of the call, from 0: a call such as <c>RemovePage</c> has several.</param>
/// <param name="Step">What the step is.</param>
/// <param name="Kind">What is done to it.</param>
public sealed record Mutation(string File, int Line, int StepIndex, StepKind Step, MutationKind Kind)
{
    private const int PartCount = 5;
    private const uint PageBit = 0x1000;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text"><c>FILE:LINE:INDEX:STEP:KIND</c>.</param>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static Mutation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':');
        return parts.Length == PartCount
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int line)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && Enum.TryParse(parts[3], out StepKind step)
            && Enum.TryParse(parts[4], out MutationKind kind)
                ? new Mutation(parts[0], line, index, step, kind)
                : throw new FormatException($"'{text}' is no mutation: FILE:LINE:INDEX:STEP:KIND.");
    }

    /// <summary>True when the kind makes sense for the step.</summary>
    /// <param name="step">A step.</param>
    /// <param name="kind">A change.</param>
    public static bool IsApplicable(StepKind step, MutationKind kind) => kind switch
    {
        MutationKind.Local => step is StepKind.Tlbs or StepKind.TlbAsid or StepKind.TlbPage or StepKind.TlbPageAllAsids,
        MutationKind.WrongAsid => step is StepKind.TlbAsid or StepKind.TlbPage or StepKind.TlbAsidLocal or StepKind.TlbPageLocal,
        MutationKind.WrongAddress => step is StepKind.TlbPage or StepKind.TlbPageLocal or StepKind.TlbPageAllAsids
            or StepKind.CleanToUnification or StepKind.CleanInvalidateToCoherency,
        _ => true,
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{StepIndex}:{Step}:{Kind}");

    /// <summary>True when a step is the one that is meant.</summary>
    internal bool Matches(Site site, int index, StepKind step) =>
        site.Line == Line && index == StepIndex && step == Step && site.File != null
        && site.File.Replace('\\', '/').EndsWith(File, StringComparison.Ordinal);

    /// <summary>The step as it is done instead; null when it is left out or put off.</summary>
    internal Step? Apply(Step step) => Kind switch
    {
        MutationKind.Local => step with
        {
            Kind = step.Kind switch
            {
                StepKind.Tlbs => StepKind.TlbLocal,
                StepKind.TlbAsid => StepKind.TlbAsidLocal,
                StepKind.TlbPage => StepKind.TlbPageLocal,
                StepKind.TlbPageAllAsids => StepKind.TlbPageAllAsidsLocal,
                _ => step.Kind,
            },
        },
        MutationKind.WrongAsid => step with { Operand = step.Operand == 1 ? 2u : step.Operand - 1 },
        MutationKind.WrongAddress => step with { Address = step.Address ^ PageBit },
        _ => null,
    };
}
