using System;
using System.Text;
using Kilburn.Archive;
using Kilburn.Core.Addresses;
using Kilburn.Core.Faults;
using Kilburn.Core.Frames;
using Kilburn.Hosted;
using Kilburn.Kernel.Processes;
using Kilburn.Kernel.Programs;
using Kilburn.Kernel.Tests.Programs;
using Kilburn.SystemCalls;
using Xunit;

namespace Kilburn.Kernel.Tests.Processes;

/// <summary>A kernel with one process, whose threads make the calls that a test puts into their registers.</summary>
internal sealed class ProcessFixture : IDisposable
{
    /// <summary>In the program's data, which can be written.</summary>
    public const uint Data = 0x1_3000;

    /// <summary>In its text, which cannot.</summary>
    public const uint Text = 0x1_0000;

    /// <summary>Where nothing is.</summary>
    public const uint Nowhere = 0x4000_0000;

    private const uint MemoryInBytes = 16 << 20;

    private readonly HostedKernel _kernel;
    private readonly uint _freeFrames;

    public ProcessFixture()
    {
        ArchiveWriter archive = new();
        archive.Add("prog", ElfWriter.Typical().Write());
        archive.Add("text", "no program"u8);
        _kernel = HostedKernel.Boot(new RecordingConsole(), MemoryInBytes);
        _kernel.Archive = archive.Finish();
        _freeFrames = CountFreeFrames();
        Current = StartProgram(out VirtualAddress process);
        First = process;
    }

    /// <summary>The first process.</summary>
    public VirtualAddress First { get; }

    /// <summary>The thread that has the processor; zero when the monitor has it back.</summary>
    public VirtualAddress Current { get; private set; }

    public ref ProcessSystem System => ref _kernel.Processes;

    public ref ThreadBlock Thread => ref ThreadAt(Current);

    public ref ProcessBlock Process => ref ProcessAt(Thread.Process);

    public HostedKernel Kernel => _kernel;

    public ref ThreadBlock ThreadAt(VirtualAddress thread) => ref _kernel.Core.Data<ThreadBlock>(thread);

    public ref ProcessBlock ProcessAt(VirtualAddress process) => ref _kernel.Core.Data<ProcessBlock>(process);

    /// <summary>Makes a call of the current thread, which has an answer at once.</summary>
    public (SystemCallError Error, uint Value) Call(SystemCall call, params ReadOnlySpan<uint> arguments)
    {
        VirtualAddress caller = Current;
        CallAndSwitch(call, arguments);
        Assert.Equal(caller, Current);
        return Answer(caller);
    }

    /// <summary>Makes a call of the current thread, after which whoever is next has the processor.</summary>
    public void CallAndSwitch(SystemCall call, params ReadOnlySpan<uint> arguments)
    {
        ref ThreadBlock thread = ref Thread;
        for (int index = 0; index < arguments.Length; index++)
        {
            thread.Context.Registers[index] = arguments[index];
        }

        thread.Context.Registers[ThreadBlock.CallRegister] = (uint)call;
        Current = CallGate.Enter(ref _kernel.Core, ref _kernel.Board, ref thread);
    }

    /// <summary>A call that was made before and has gone back one instruction.</summary>
    public void CallAgain() => Current = CallGate.Enter(ref _kernel.Core, ref _kernel.Board, ref Thread);

    public (SystemCallError Error, uint Value) Answer(VirtualAddress thread)
    {
        ref ThreadBlock block = ref ThreadAt(thread);
        return ((SystemCallError)block.Context.Registers[0], block.Context.Registers[ThreadBlock.ValueRegister]);
    }

    /// <summary>An access of the current thread that the processor refuses.</summary>
    public void Touch(FaultAccess access, uint address)
    {
        FaultReport report = new(FaultStatus.TranslationSecondLevel, access, new VirtualAddress(address), 1);
        Current = UserFaults.Enter(ref _kernel.Core, ref _kernel.Board, ref Thread, in report);
    }

    public void Tick() => Current = Scheduler.Tick(ref _kernel.Core, ref _kernel.Board, ref Thread);

    /// <summary>Puts text into the current process's data.</summary>
    public uint Put(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        uint done = UserMemory.Write(
            ref _kernel.Core, ref _kernel.Board, Process.Space, new VirtualAddress(Data), bytes, out FaultOutcome _);
        Assert.Equal((uint)bytes.Length, done);
        return Data;
    }

    public void Store(uint address, uint value)
    {
        Assert.True(UserMemory.TryWrite(
            ref _kernel.Core, ref _kernel.Board, Process.Space, new VirtualAddress(address), ref value, out FaultOutcome _));
    }

    public uint Load(uint address)
    {
        byte[] bytes = new byte[sizeof(uint)];
        uint done = UserMemory.Read(
            ref _kernel.Core, ref _kernel.Board, Process.Space, new VirtualAddress(address), bytes, out FaultOutcome _);
        Assert.Equal((uint)sizeof(uint), done);
        return BitConverter.ToUInt32(bytes);
    }

    /// <summary>Makes a second process, of the monitor's like the first, which is then awaited as before.</summary>
    public VirtualAddress StartProgram(out VirtualAddress process)
    {
        SystemCallError error = ProcessStart.TrySpawn(
            ref _kernel.Core, ref _kernel.Board, 0, "prog"u8, default, out process, out ElfStatus _);
        Assert.Equal(SystemCallError.None, error);
        if (Current != default)
        {
            return Current;
        }

        System.Awaited = ProcessAt(process).Id;
        return Scheduler.Enter(ref _kernel.Core, ref _kernel.Board);
    }

    /// <summary>Ends what is left; all memory is back then.</summary>
    public void Dispose()
    {
        System.Awaited = 0;
        while (System.FirstProcess != default)
        {
            ref ProcessBlock process = ref ProcessAt(System.FirstProcess);
            if (process.HasEnded)
            {
                ProcessLife.Reap(ref _kernel.Core, ref _kernel.Board, ref process);
            }
            else
            {
                ProcessEnd end = default;
                ProcessLife.End(ref _kernel.Core, ref _kernel.Board, ref process, in end);
            }
        }

        _kernel.Memory.TrimHeap(ref _kernel.Core);
        uint free = CountFreeFrames();
        _kernel.Dispose();
        Assert.InRange(free, _freeFrames - 1, _freeFrames); // the heap's first page needs a second-level table, for good
    }

    private uint CountFreeFrames()
    {
        _kernel.Memory.Frames.GetStatistics(ref _kernel.Core, out FrameStatistics statistics);
        return statistics.FreeFrames;
    }
}
