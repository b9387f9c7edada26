using System;
using Kilburn.SystemCalls;
using Kilburn.User;

namespace Kilburn.Programs;

/// <summary>Output: a line, the arguments, and numbers.</summary>
public static class Hello
{
    /// <summary>Says hello to whom it is told to; to the world otherwise.</summary>
    /// <param name="arguments">Names.</param>
    /// <returns>0.</returns>
    public static uint Main(Arguments arguments)
    {
        Line line = default;
        line.Add("hello: hello"u8);
        bool isNamed = false;
        while (arguments.TryTake(out ReadOnlySpan<byte> name))
        {
            line.Add(" "u8);
            line.Add(name);
            isNamed = true;
        }

        line.Add(isNamed ? default : " world"u8);
        if (Statistics.TryRead(out ProcessStatistics process) == SystemCallError.None)
        {
            line.Add(", from process "u8);
            line.AddDecimal(process.Process);
            line.Add(", thread "u8);
            line.AddDecimal(process.Thread);
        }

        line.Print();
        return 0;
    }
}
