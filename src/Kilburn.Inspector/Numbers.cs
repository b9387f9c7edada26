using System;
using System.Globalization;

namespace Kilburn.Inspector;

/// <summary>Numbers as users write and read them.</summary>
public static class Numbers
{
    private const ulong Kibibyte = 1ul << 10;
    private const ulong Mebibyte = 1ul << 20;
    private const ulong Gibibyte = 1ul << 30;

    /// <summary>Reads a number: decimal, hexadecimal with <c>0x</c>, with <c>K</c>, <c>M</c> or <c>G</c> after it for binary multiples.</summary>
    /// <param name="text">The number.</param>
    /// <exception cref="FormatException">It is none, or too large.</exception>
    public static ulong Parse(string text)
    {
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        string digits = (isHexadecimal ? text[2..] : text).Replace("_", string.Empty, StringComparison.Ordinal);
        ulong unit = digits.Length == 0 ? 1 : char.ToUpperInvariant(digits[^1]) switch
        {
            'K' => Kibibyte,
            'M' => Mebibyte,
            'G' => Gibibyte,
            _ => 1,
        };
        digits = unit == 1 ? digits : digits[..^1];
        NumberStyles style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out ulong value) || value > ulong.MaxValue / unit)
        {
            throw new FormatException($"'{text}' is not a number");
        }

        return value * unit;
    }

    /// <summary>An address: <c>0x80008000</c>, longer only above 4 GiB.</summary>
    /// <param name="address">Virtual or physical.</param>
    public static string Address(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:X8}");

    /// <summary>A size in the largest unit that it is a whole number of.</summary>
    /// <param name="lengthInBytes">Any size.</param>
    public static string Size(ulong lengthInBytes)
    {
        (ulong unit, string name) = lengthInBytes switch
        {
            0 => (1ul, "B"),
            _ when lengthInBytes % Gibibyte == 0 => (Gibibyte, "G"),
            _ when lengthInBytes % Mebibyte == 0 => (Mebibyte, "M"),
            _ when lengthInBytes % Kibibyte == 0 => (Kibibyte, "K"),
            _ => (1ul, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{lengthInBytes / unit}{name}");
    }

    /// <summary>A number of things: <c>1 region</c>, <c>2 regions</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">One of them.</param>
    public static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? string.Empty : "s")}");
}
