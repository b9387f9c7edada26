using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.User;

/// <summary>The work of a process that provides the pages of objects: <see cref="MemoryObject.TryAttachPager"/>.</summary>
public static unsafe class Pager
{
    /// <summary>Waits for what shall be done next.</summary>
    /// <param name="request">It.</param>
    public static SystemCallError TryServe(out PagerRequest request)
    {
        request = default;
        return Kernel.Call(SystemCall.PagerServe, (uint)Unsafe.AsPointer(in request), out _);
    }

    /// <summary>Answers a request.</summary>
    /// <param name="request">It.</param>
    /// <param name="page">First byte of the page's contents, for a fill that was done.</param>
    /// <param name="result">What became of it.</param>
    public static SystemCallError TryReply(in PagerRequest request, uint page, PagerResult result) =>
        Kernel.Call(SystemCall.PagerReply, request.Object, request.Offset, page, (uint)result, 0, out _);
}
