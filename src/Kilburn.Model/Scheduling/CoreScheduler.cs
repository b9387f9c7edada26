using System;
using System.Collections.Generic;
using System.Numerics;
using System.Threading;
using Kilburn.Model.Cores;

namespace Kilburn.Model.Scheduling;

/// <summary>Runs a program on each core, one at a time, in an order that a policy decides at every step.</summary>
/// <remarks>
/// Each core has a thread of its own, so that any code can run on it; only the one whose turn it is moves. A step that stays on
/// its core costs a call of the policy; a switch costs the host two thread switches. Threads are kept for the next run.
/// </remarks>
public sealed class CoreScheduler : ICoreScheduler, IDisposable
{
    private const int NoCore = 31; // before the first choice: a core that cannot go on
    private const int MostStalls = 3;
    private const long DefaultStepLimit = 10_000_000;

    private readonly List<Worker> _workers = [];
    private readonly SemaphoreSlim _ended = new(0);
    private ISchedulePolicy _policy = new RandomPolicy(0);
    private Schedule _schedule = new();
    private Exception? _failure;
    private int _failedCore;
    private uint _unfinished;
    private uint _waiting;       // cores that tried again since the last progress, and wait
    private uint _asleep;        // cores that go on when another wakes them, and no sooner
    private long _progress;      // grows with everything that a core may wait for
    private int _stallCount;     // how often in a row everyone waited
    private long _steps;
    private bool _isRunning;

    /// <summary>Steps after which a run counts as a hang.</summary>
    public long StepLimit { get; init; } = DefaultStepLimit;

    /// <summary>Steps of the last run.</summary>
    public long StepCount => _steps;

    /// <summary>The schedule of the last run.</summary>
    public Schedule Schedule => _schedule;

    /// <summary>Runs programs until all have ended.</summary>
    /// <param name="machine">Their machine.</param>
    /// <param name="policy">Decides the order.</param>
    /// <param name="programs">The program of core 0, of core 1, and so on.</param>
    /// <exception cref="ScheduleException">A program failed, every core waits for another, or the step limit was reached.</exception>
    public void Run(Machine machine, ISchedulePolicy policy, params IReadOnlyList<Action> programs)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(programs);
        if (programs.Count == 0 || programs.Count > machine.Cores.Count)
        {
            throw new ArgumentException($"From 1 to {machine.Cores.Count} programs.", nameof(programs));
        }

        while (_workers.Count < programs.Count)
        {
            _workers.Add(new Worker(this, _workers.Count));
        }

        _policy = policy;
        _schedule = new Schedule();
        _failure = null;
        _unfinished = (1u << programs.Count) - 1;
        _waiting = 0;
        _asleep = 0;
        _progress = 0;
        _stallCount = 0;
        _steps = 0;
        for (int index = 0; index < programs.Count; index++)
        {
            _workers[index].Program = programs[index];
            _workers[index].ProgressAtWait = -1;
        }

        machine.Scheduler = this;
        _isRunning = true;
        int first = policy.Choose(NoCore, _unfinished);
        _schedule.Add(first);
        _ = _workers[first].Turn.Release();
        _ended.Wait();
        _isRunning = false;
        machine.Scheduler = null;
        if (_failure != null)
        {
            throw new ScheduleException(_schedule, _failedCore, _failure);
        }
    }

    /// <summary>Runs programs under every schedule up to a number of preemptions.</summary>
    /// <param name="make">Makes machine and programs afresh for each run, and what is to hold at its end.</param>
    /// <param name="preemptionBound">Most preemptions of a run.</param>
    /// <param name="runLimit">Most runs.</param>
    /// <returns>The number of runs, and whether they were all that there are.</returns>
    /// <exception cref="ScheduleException">A run failed.</exception>
    public (long Runs, bool IsComplete) Explore(
        Func<(Machine Machine, IReadOnlyList<Action> Programs, Action? AtEnd)> make, int preemptionBound, long runLimit)
    {
        ArgumentNullException.ThrowIfNull(make);
        ExhaustivePolicy policy = new(preemptionBound);
        long runs = 0;
        while (policy.MoveNext())
        {
            if (runs == runLimit)
            {
                return (runs, false);
            }

            runs++;
            (Machine machine, IReadOnlyList<Action> programs, Action? atEnd) = make();
            using (machine)
            {
                Run(machine, policy, programs);
                try
                {
                    atEnd?.Invoke();
                }
                catch (Exception failure)
                {
                    throw new ScheduleException(_schedule, -1, failure);
                }
            }
        }

        return (runs, true);
    }

    /// <inheritdoc/>
    public void BeforeStep(ProcessorCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (!_isRunning)
        {
            return;
        }

        Reschedule(core.Index);
    }

    /// <inheritdoc/>
    public void AfterChange(ProcessorCore core)
    {
        _progress++;
        _stallCount = 0;
        _waiting = 0;
    }

    /// <inheritdoc/>
    public void Wait(ProcessorCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (!_isRunning)
        {
            return;
        }

        // What it waits for may have come between its look and this call: then it looks once more before it sleeps.
        Worker worker = _workers[core.Index];
        if (worker.ProgressAtWait == _progress)
        {
            _waiting |= 1u << core.Index;
        }

        worker.ProgressAtWait = _progress;
        Reschedule(core.Index);
    }

    /// <inheritdoc/>
    public void Sleep(ProcessorCore core)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (!_isRunning)
        {
            return;
        }

        _asleep |= 1u << core.Index;
        Reschedule(core.Index);
    }

    /// <inheritdoc/>
    public void WakeAll(ProcessorCore core) => _asleep = 0;

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        foreach (Worker worker in _workers)
        {
            worker.Program = null;
            _ = worker.Turn.Release();
        }

        _workers.Clear();
        _ended.Dispose();
    }

    private void Reschedule(int current)
    {
        if (_failure != null)
        {
            throw new AbandonedException();
        }

        if (++_steps > StepLimit)
        {
            throw new TimeoutException($"No end after {StepLimit} steps.");
        }

        uint awake = _unfinished & ~_asleep;
        uint runnable = awake & ~_waiting;
        if (runnable == 0)
        {
            if (awake == 0 || ++_stallCount > MostStalls)
            {
                throw new TimeoutException("Every core waits for another.");
            }

            _waiting = 0; // plain stores are not seen here
            runnable = awake;
        }

        int next = _policy.Choose(current, runnable);
        _schedule.Add(next);
        if (next != current)
        {
            _ = _workers[next].Turn.Release();
            _workers[current].Turn.Wait();
            if (_failure != null)
            {
                throw new AbandonedException();
            }
        }
    }

    private void End(int core, Exception? failure)
    {
        _unfinished &= ~(1u << core);
        if (failure is not (null or AbandonedException) && _failure == null)
        {
            _failure = failure;
            _failedCore = core;
        }

        if (_unfinished == 0)
        {
            _ = _ended.Release();
            return;
        }

        _waiting = 0;
        uint awake = _unfinished & ~_asleep;
        if (awake == 0 && _failure == null)
        {
            _failure = new TimeoutException("Every core that is left sleeps.");
            _failedCore = core;
        }

        int next = BitOperations.TrailingZeroCount(_unfinished);
        if (_failure == null)
        {
            try
            {
                next = _policy.Choose(core, awake);
                _schedule.Add(next);
            }
            catch (InvalidOperationException wrongSchedule)
            {
                _failure = wrongSchedule;
                _failedCore = core;
            }
        }

        _ = _workers[next].Turn.Release();
    }

    /// <summary>Unwinds a program whose run has failed elsewhere.</summary>
    private sealed class AbandonedException : Exception;

    /// <summary>The thread of a core.</summary>
    private sealed class Worker
    {
        private readonly CoreScheduler _owner;
        private readonly int _index;

        public Worker(CoreScheduler owner, int index)
        {
            _owner = owner;
            _index = index;
            Thread thread = new(Loop) { IsBackground = true, Name = $"core {index}" };
            thread.Start();
        }

        public SemaphoreSlim Turn { get; } = new(0);

        public Action? Program { get; set; }

        public long ProgressAtWait { get; set; }

        private void Loop()
        {
            while (true)
            {
                Turn.Wait();
                if (Program is not Action program)
                {
                    Turn.Dispose();
                    return;
                }

                Exception? failure = null;
                try
                {
                    if (_owner._failure == null)
                    {
                        program();
                    }
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                _owner.End(_index, failure);
            }
        }
    }
}
