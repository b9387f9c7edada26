using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Maps;

/// <summary>How a mapping is painted.</summary>
public static class MapPaint
{
    /// <summary>The paints, each with its meaning, its colour on light ground and on dark ground.</summary>
    public static readonly (string Name, string Meaning, string Light, string Dark)[] All =
    [
        ("open", "writable and executable", "#c62828", "#ff6e67"),
        ("device", "device, strongly-ordered", "#b28704", "#e3b93b"),
        ("user-text", "user, executable", "#2e7d32", "#6fcf74"),
        ("user", "user", "#66a96a", "#3f8f46"),
        ("text", "kernel, executable", "#6a3fb5", "#b493f0"),
        ("constant", "kernel, read-only", "#7a8fb0", "#7d93b8"),
        ("kernel", "kernel, writable", "#3569b2", "#5f97e6"),
        ("closed", "nobody", "#9e9e9e", "#757575"),
    ];

    /// <summary>The paint of a mapping: the first of <see cref="All"/> that fits.</summary>
    /// <param name="attributes">What the mapping allows.</param>
    public static string Of(in PageAttributes attributes)
    {
        Rights all = attributes.Kernel | attributes.User;
        bool isExecutable = all.HasFlag(Rights.Execute);
        return attributes switch
        {
            _ when all.HasFlag(Rights.Write | Rights.Execute) => "open",
            { Memory.Kind: not MemoryKind.Normal } => "device",
            { User: not Rights.None } => isExecutable ? "user-text" : "user",
            _ when isExecutable => "text",
            _ when all.HasFlag(Rights.Write) => "kernel",
            _ when all != Rights.None => "constant",
            _ => "closed",
        };
    }
}
