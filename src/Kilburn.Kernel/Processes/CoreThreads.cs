using System.Runtime.CompilerServices;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Processes;

/// <summary>What a core has of threads and processes. Its own, but for <see cref="Running"/>, which others read under the lock of processes.</summary>
internal struct CoreThreads
{
    /// <summary>The thread whose TPIDRURO, TPIDRURW and FPEXC the core has, and whose events it handles; zero for none.</summary>
    internal VirtualAddress Running;

    /// <summary>The process whose space the core has; zero for none.</summary>
    internal VirtualAddress Active;

    /// <summary>The thread whose VFP registers the core has, if that says so too (<see cref="ThreadBlock.VfpCore"/>); zero for none.</summary>
    internal VirtualAddress VfpOwner;

    /// <summary>The kernel's sp when an exception of a thread comes.</summary>
    internal uint KernelStack;

    /// <summary>True when the call that is made met a page that only a pager can bring.</summary>
    internal bool NeedsPager;

    /// <summary>One for each core.</summary>
    [InlineArray(ProcessSystem.CoreCapacity)]
    internal struct OfCores
    {
        private CoreThreads _first;
    }
}
