using System;
using System.Globalization;
using Kilburn.Core.Descriptors;

namespace Kilburn.Core.Tests.Descriptors;

/// <summary>The words of the truth tables.</summary>
internal static class DescriptorVectors
{
    public static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static bool Flag(string text) => text == "1";

    public static AccessPermission Access(string text) => (AccessPermission)Convert.ToByte(text, 2);

    public static MemoryType Type(string text) => text switch
    {
        "so" => MemoryType.StronglyOrdered,
        "dev" => MemoryType.Device,
        "nc" => MemoryType.NormalNonCacheable,
        "wb" => MemoryType.Normal,
        _ => (MemoryType)byte.Parse(text, CultureInfo.InvariantCulture),
    };

    public static Scope Scope(string text) => Flag(text) ? Core.Descriptors.Scope.NotGlobal : Core.Descriptors.Scope.Global;

    public static Execution Execution(string text) =>
        Flag(text) ? Core.Descriptors.Execution.Never : Core.Descriptors.Execution.Allowed;
}
