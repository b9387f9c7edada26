using System;
using System.Text;

namespace Kilburn.Bench.Where;

/// <summary>C# names for the symbols of what the ahead-of-time compiler wrote.</summary>
/// <remarks>
/// The compiler writes <c>Assembly_Namespace_Type_1&lt;Argument&gt;__Method_0&lt;Argument&gt;</c>: arity behind a generic type, a number behind an
/// overload. A name of a type or method of ours has no underscore.
/// </remarks>
internal static class MethodName
{
    private const string Thunk = "$thunk";
    private const string Separator = "__";

    /// <summary>True when all that stands there is a branch to the function of that name.</summary>
    /// <param name="symbol">The symbol.</param>
    internal static bool IsThunk(string symbol) => symbol.EndsWith(Thunk, StringComparison.Ordinal);

    /// <summary><c>Type.Method</c>; a symbol of the assembler as it stands.</summary>
    /// <param name="symbol">The symbol.</param>
    internal static string Of(string symbol)
    {
        string name = WithoutArguments(IsThunk(symbol) ? symbol[..^Thunk.Length] : symbol);
        int end = name.IndexOf(Separator, StringComparison.Ordinal);
        if (end <= 0)
        {
            return name;
        }

        string type = WithoutNumber(name[..end]);
        string method = name[(end + Separator.Length)..];
        return $"{type[(type.LastIndexOf('_') + 1)..]}.{(method[0] == '_' ? method : WithoutNumber(method))}";
    }

    private static string WithoutArguments(string name)
    {
        StringBuilder text = new(name.Length);
        int depth = 0;
        foreach (char letter in name)
        {
            depth += letter == '<' ? 1 : 0;
            if (depth == 0)
            {
                _ = text.Append(letter);
            }

            depth -= letter == '>' ? 1 : 0;
        }

        return text.ToString();
    }

    private static string WithoutNumber(string name)
    {
        int end = name.LastIndexOf('_');
        return end > 0 && end + 1 < name.Length && name.AsSpan(end + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? name[..end] : name;
    }
}
