using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Audit;

/// <summary>Rules about memory types.</summary>
internal static class MemoryRules
{
    /// <summary>A frame with two memory types.</summary>
    public static IEnumerable<Finding> MixedTypes(AuditRule rule, AuditContext context)
    {
        foreach (Alias<MemoryAttributes> alias in
            Alias<MemoryAttributes>.Find(context.Regions, region => region.Attributes.Memory))
        {
            yield return new Finding(
                rule,
                alias.FirstAddress,
                alias.LengthInBytes,
                alias.Physical,
                $"physical {Numbers.Address(alias.Physical)}: {Text(alias.First)} here, {Text(alias.Second)} at {Numbers.Address(alias.SecondAddress)}");
        }
    }

    /// <summary>Device or strongly-ordered memory that may be executed: fetches are speculative.</summary>
    public static IEnumerable<Finding> ExecutableDevice(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            bool isExecutable = (region.Attributes.Kernel | region.Attributes.User).HasFlag(Rights.Execute);
            bool isDevice = region.Attributes.Memory.Kind is MemoryKind.Device or MemoryKind.StronglyOrdered;
            if (isExecutable && isDevice && region.Attributes.DomainAccess == PageAttributes.Client)
            {
                yield return new Finding(
                    rule, region.Start, region.LengthInBytes, region.Physical, $"{Words.Of(region.Attributes.Memory)}, and XN is clear");
            }
        }
    }

    /// <summary>Devices that a cache may hold.</summary>
    public static IEnumerable<Finding> CacheableDevice(AuditRule rule, AuditContext context)
    {
        foreach (Region region in context.Regions)
        {
            bool isOutside = context.Ram is { } ram && !AddressRange.Cover(ram, region.PhysicalRange);
            bool isDevice = context.Devices.Any(device => device.Overlaps(region.PhysicalRange));
            if (region.Attributes.Memory.IsCacheable && (isOutside || isDevice))
            {
                string where = isDevice ? "a device" : "not RAM";
                yield return new Finding(
                    rule, region.Start, region.LengthInBytes, region.Physical, $"{Words.Of(region.Attributes.Memory)}, but {where}");
            }
        }
    }

    private static string Text(MemoryAttributes memory) =>
        memory.Kind == MemoryKind.Normal && memory.Sharing != Shareability.None
            ? $"{Words.Of(memory)} {Words.Of(memory.Sharing)} shareable"
            : Words.Of(memory);
}
