using System.Collections.Generic;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector;

/// <summary>What things are called.</summary>
public static class Words
{
    /// <summary>Rights as <c>rwx</c>.</summary>
    /// <param name="rights">The rights.</param>
    public static string Of(Rights rights) => string.Create(3, rights, static (text, value) =>
    {
        text[0] = value.HasFlag(Rights.Read) ? 'r' : '-';
        text[1] = value.HasFlag(Rights.Write) ? 'w' : '-';
        text[2] = value.HasFlag(Rights.Execute) ? 'x' : '-';
    });

    /// <summary>A memory type in words.</summary>
    /// <param name="memory">The type.</param>
    public static string Of(in MemoryAttributes memory) => memory.Kind switch
    {
        MemoryKind.StronglyOrdered => "strongly-ordered",
        MemoryKind.Device => "device",
        MemoryKind.Normal when memory.Inner == memory.Outer => $"normal {Of(memory.Inner)}",
        MemoryKind.Normal => $"normal {Of(memory.Inner)} inner, {Of(memory.Outer)} outer",
        _ => "reserved",
    };

    /// <summary>The type alone, as the filter takes it.</summary>
    /// <param name="kind">The type.</param>
    public static string Of(MemoryKind kind) => kind switch
    {
        MemoryKind.StronglyOrdered => "strongly-ordered",
        MemoryKind.Device => "device",
        MemoryKind.Normal => "normal",
        _ => "reserved",
    };

    /// <summary>A cache policy in words.</summary>
    /// <param name="policy">The policy.</param>
    public static string Of(CachePolicy policy) => policy switch
    {
        CachePolicy.WriteBackAllocate => "write-back",
        CachePolicy.WriteBack => "write-back without write-allocate",
        CachePolicy.WriteThrough => "write-through",
        _ => "non-cacheable",
    };

    /// <summary>Shareability in words.</summary>
    /// <param name="sharing">The shareability.</param>
    public static string Of(Shareability sharing) => sharing switch
    {
        Shareability.Outer => "outer",
        Shareability.Inner => "inner",
        Shareability.Shared => "shareable",
        _ => "none",
    };

    /// <summary>A fault in words.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="isLong">Whether the guest has long descriptors.</param>
    public static string Of(WalkFault fault, bool isLong)
    {
        string reason = fault.Reason switch
        {
            FaultReason.Translation => "translation fault",
            FaultReason.AccessFlag => "access flag fault",
            FaultReason.Domain => "domain fault",
            FaultReason.Permission => "permission fault",
            FaultReason.ExternalOnWalk => "external abort on the walk",
            _ => "no fault",
        };
        return $"{reason}, level {fault.Level} ({(isLong ? "STATUS" : "FS")} = 0b{System.Convert.ToString(fault.Code(isLong), 2).PadLeft(isLong ? 6 : 5, '0')})";
    }

    /// <summary>The fields of a descriptor, as <c>NAME=VALUE</c>.</summary>
    /// <param name="form">Its form.</param>
    /// <param name="word">The descriptor.</param>
    public static IEnumerable<(string Name, ulong Value)> FieldsOf(DescriptorForm form, ulong word)
    {
        foreach (BitField field in form.Fields)
        {
            yield return (field.Name, field.Of(word));
        }
    }
}
