using System.Collections.Generic;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Audit;

/// <summary>Rules about who may do what.</summary>
internal static class RightsRules
{
    /// <summary>One entry that is both writable and executable.</summary>
    public static IEnumerable<Finding> WriteExecute(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            Rights all = region.Attributes.Kernel | region.Attributes.User;
            if (all.HasFlag(Rights.Write | Rights.Execute) && !IsManaged(region))
            {
                yield return Of(rule, region, $"kernel {Words.Of(region.Attributes.Kernel)}, user {Words.Of(region.Attributes.User)}");
            }
        }
    }

    /// <summary>A frame that is writable through one address and executable through another.</summary>
    /// <remarks>
    /// What only the user executes may be written by the kernel, which loads programs through its own map of memory.
    /// </remarks>
    public static IEnumerable<Finding> WriteExecuteAlias(AuditRule rule, AuditContext context)
    {
        foreach (Alias<(Rights Kernel, Rights User)> alias in
            Alias<(Rights Kernel, Rights User)>.Find(context.Regions, region => (region.Attributes.Kernel, region.Attributes.User)))
        {
            if (Conflicts(alias.First, alias.Second) || Conflicts(alias.Second, alias.First))
            {
                yield return new Finding(
                    rule,
                    alias.FirstAddress,
                    alias.LengthInBytes,
                    alias.Physical,
                    $"physical {Numbers.Address(alias.Physical)}: {Text(alias.First)} here, {Text(alias.Second)} at {Numbers.Address(alias.SecondAddress)}");
            }
        }
    }

    /// <summary>Kernel addresses that the user may access.</summary>
    public static IEnumerable<Finding> UserReachesKernel(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            if (region.Attributes.User != Rights.None && region.End > context.KernelStart && !IsManaged(region))
            {
                yield return Of(rule, region, $"user {Words.Of(region.Attributes.User)} above {Numbers.Address(context.KernelStart)}");
            }
        }
    }

    /// <summary>User memory that the kernel may execute.</summary>
    public static IEnumerable<Finding> KernelExecutesUser(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            if (region.Attributes.User != Rights.None && region.Attributes.Kernel.HasFlag(Rights.Execute) && !IsManaged(region))
            {
                yield return Of(rule, region, $"kernel {Words.Of(region.Attributes.Kernel)}, user {Words.Of(region.Attributes.User)}: PXN is clear");
            }
        }
    }

    /// <summary>Entries of the user half that match under every ASID.</summary>
    public static IEnumerable<Finding> GlobalUser(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            if (region.Attributes is { IsGlobal: true, User: not Rights.None } && region.Start < context.KernelStart)
            {
                yield return Of(rule, region, "nG is clear: other spaces reach it through the TLB");
            }
        }
    }

    /// <summary>Entries of the kernel half that match under one ASID only.</summary>
    public static IEnumerable<Finding> NonGlobalKernel(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            if (region.Attributes is { IsGlobal: false, User: Rights.None } && region.Start >= context.KernelStart)
            {
                yield return Of(rule, region, "nG is set: held once for each ASID");
            }
        }
    }

    /// <summary>Mappings whose domain lets every access pass.</summary>
    public static IEnumerable<Finding> ManagerDomain(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            if (IsManaged(region))
            {
                yield return Of(rule, region, $"DACR makes everybody a manager of domain {region.Attributes.Domain}: permissions and XN are not checked");
            }
        }
    }

    private static bool IsManaged(in Region region) => region.Attributes.DomainAccess == PageAttributes.Manager && region.Block is not null;

    private static bool Conflicts((Rights Kernel, Rights User) writer, (Rights Kernel, Rights User) runner)
    {
        bool isUserWriter = writer.User.HasFlag(Rights.Write);
        bool isWriter = isUserWriter || writer.Kernel.HasFlag(Rights.Write);
        bool isKernelRunner = runner.Kernel.HasFlag(Rights.Execute);
        bool isRunner = isKernelRunner || runner.User.HasFlag(Rights.Execute);
        return isWriter && isRunner && (isUserWriter || isKernelRunner)
            && !Is(writer, Rights.Write | Rights.Execute) && !Is(runner, Rights.Write | Rights.Execute);
    }

    // An entry that has both is a finding of its own.
    private static bool Is((Rights Kernel, Rights User) both, Rights rights) => (both.Kernel | both.User).HasFlag(rights);

    private static string Text((Rights Kernel, Rights User) both) => $"kernel {Words.Of(both.Kernel)} user {Words.Of(both.User)}";

    private static Finding Of(AuditRule rule, in Region region, string message) =>
        new(rule, region.Start, region.LengthInBytes, region.Physical, message);
}
