using Kilburn.Core;
using Kilburn.Core.Addresses;

namespace Kilburn.Kernel.Processes;

/// <summary>Threads in a row, by <see cref="ThreadBlock.Next"/> and <see cref="ThreadBlock.Previous"/>. A thread is in one at most.</summary>
internal struct ThreadQueue
{
    private VirtualAddress _first;
    private VirtualAddress _last;

    /// <summary>The first thread; zero when there is none.</summary>
    internal readonly VirtualAddress First => _first;

    /// <summary>True when there is none.</summary>
    internal readonly bool IsEmpty => _first.Value == 0;

    /// <summary>Puts a thread at the end.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="thread">In no queue.</param>
    internal void Append<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine
    {
        thread.Next = default;
        thread.Previous = _last;
        if (_last.Value == 0)
        {
            _first = thread.Self;
        }
        else
        {
            machine.Data<ThreadBlock>(_last).Next = thread.Self;
        }

        _last = thread.Self;
    }

    /// <summary>Puts a sleeper before the first that wakes later.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="thread">In no queue.</param>
    internal void InsertByWakeTime<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine
    {
        VirtualAddress next = _first;
        while (next.Value != 0 && machine.Data<ThreadBlock>(next).WakeTime <= thread.WakeTime)
        {
            next = machine.Data<ThreadBlock>(next).Next;
        }

        if (next.Value == 0)
        {
            Append(ref machine, ref thread);
            return;
        }

        ref ThreadBlock follower = ref machine.Data<ThreadBlock>(next);
        thread.Next = next;
        thread.Previous = follower.Previous;
        follower.Previous = thread.Self;
        if (thread.Previous.Value == 0)
        {
            _first = thread.Self;
        }
        else
        {
            machine.Data<ThreadBlock>(thread.Previous).Next = thread.Self;
        }
    }

    /// <summary>Takes a thread out.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="thread">In this queue.</param>
    internal void Remove<TMachine>(ref TMachine machine, ref ThreadBlock thread)
        where TMachine : struct, IMachine
    {
        if (thread.Previous.Value == 0)
        {
            _first = thread.Next;
        }
        else
        {
            machine.Data<ThreadBlock>(thread.Previous).Next = thread.Next;
        }

        if (thread.Next.Value == 0)
        {
            _last = thread.Previous;
        }
        else
        {
            machine.Data<ThreadBlock>(thread.Next).Previous = thread.Previous;
        }
    }
}
