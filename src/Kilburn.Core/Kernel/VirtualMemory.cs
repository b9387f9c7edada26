using Kilburn.Core.Addresses;
using Kilburn.Core.Checks;
using Kilburn.Core.Frames;
using Kilburn.Core.Spaces;
using Kilburn.Core.Tables;

namespace Kilburn.Core.Kernel;

/// <summary>The whole virtual memory system of a kernel.</summary>
/// <remarks>
/// One value, in the kernel's static data; every part locks itself. <see cref="TryStart"/> runs once, on one core, with the MMU on
/// and the kernel's image mapped at 0x80000000, its first MiB at its physical address too; <c>docs/caveats.md</c> lists what the boot code owes it.
/// </remarks>
public partial struct VirtualMemory
{
    /// <summary>Memory from which on 1 MiB of it is set aside for the tables of the kernel window.</summary>
    private const uint LeastForReserve = 64u << 20;

    /// <summary>The kernel heap. First, so that its hot paths find it without an addition.</summary>
    public KernelHeap Heap;

    /// <summary>Tables of the kernel window.</summary>
    public KernelTables Tables;

    /// <summary>The borders of heap and MMIO mappings.</summary>
    public KernelWindow Window;

    /// <summary>Device ranges.</summary>
    public MmioWindow Mmio;

    /// <summary>Address spaces, and who runs which.</summary>
    public AddressSpaces Spaces;

    /// <summary>Physical memory. After the others, because it is large, and offsets past 4 KiB cost an instruction.</summary>
    public FrameAllocator Frames;

    private KernelImage _image; // written once at start-up
    private MemoryMap _map; // written once at start-up
    private uint _bytesLeftOut; // written once at start-up
    private uint _bytesMapped; // written once at start-up

    /// <summary>Where the kernel lies.</summary>
    public readonly KernelImage Image => _image;

    /// <summary>The memory that the board found.</summary>
    public readonly MemoryMap Map => _map;

    /// <summary>Memory past the linear map's 1 GiB, and parts of frames: found, and left alone.</summary>
    public readonly uint BytesLeftOut => _bytesLeftOut;

    /// <summary>Starts the system: the seed's order, each step proven on the machine before the next.</summary>
    /// <param name="machine">The machine of the calling core.</param>
    /// <param name="reporter">Is told of each step.</param>
    /// <param name="image">Where the kernel lies.</param>
    /// <param name="map">Banks, and what is spoken for in them. The kernel's image need not be reserved.</param>
    /// <returns>
    /// <see cref="VmStatus.Ok"/>; <see cref="VmStatus.OutOfRange"/> when no memory is below 1 GiB;
    /// <see cref="VmStatus.OutOfFrames"/> when the early tables or the memory do not suffice. There is no way back from a failure.
    /// </returns>
    public VmStatus TryStart<TMachine, TReporter>(
        ref TMachine machine, ref TReporter reporter, in KernelImage image, in MemoryMap map)
        where TMachine : struct, IMachine
        where TReporter : struct, IStartReporter
    {
        _image = image;
        _map = map;
        EarlyTables tables = new(image.EarlyTables);
        Tables.Start(image.FirstLevelTable);

        VmStatus status = TryMapMemory(ref machine, ref tables);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        reporter.Report(ref this, StartStep.LinearMap);
        RemoveIdentity(ref machine);
        reporter.Report(ref this, StartStep.IdentityRemoved);
        status = VectorTable.TryInstall(ref machine, in _image, ref tables);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        StartProof.Vectors(ref machine, in _image);
        reporter.Report(ref this, StartStep.Vectors);
        ImageProtection.Tighten(ref machine, in _image);
        StartProof.Protection(ref machine, in _image);
        reporter.Report(ref this, StartStep.Protection);
        status = Frames.TryStart(ref machine, in _map, image.Data.End);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        reporter.Report(ref this, StartStep.Frames);
        if (_bytesMapped >= LeastForReserve)
        {
            Tables.Reserve(ref machine, ref Frames);
        }

        reporter.Report(ref this, StartStep.KernelWindow);
        status = Spaces.TryStart(ref machine, ref Frames, image.EmptyTable);
        if (status != VmStatus.Ok)
        {
            return status;
        }

        StartProof.UserTableCleared(ref machine, in _image);
        reporter.Report(ref this, StartStep.UserTableCleared);
        return VmStatus.Ok;
    }

    private VmStatus TryMapMemory<TMachine>(ref TMachine machine, ref EarlyTables tables)
        where TMachine : struct, IMachine
    {
        LinearMapBuilder builder = new(_image.FirstLevelTable, in _image, ref tables);
        for (int index = 0; index < _map.BankCount; index++)
        {
            PhysicalRange bank = _map.GetBank(index);
            PhysicalRange shown = LinearMapBuilder.Clip(bank);
            _bytesLeftOut += bank.LengthInBytes - shown.LengthInBytes;
            _bytesMapped += shown.LengthInBytes;
            VmStatus status = builder.TryMap(ref machine, shown);
            if (status != VmStatus.Ok)
            {
                return status;
            }
        }

        if (_bytesMapped == 0)
        {
            return VmStatus.OutOfRange;
        }

        machine.Synchronize();
        StartProof.LinearMap(ref machine, in _map);
        return VmStatus.Ok;
    }

    /// <summary>Breaks the identity entry on every core.</summary>
    /// <remarks>The entry is global and served by TTBR0: only an invalidation of everything covers it. B3.10.1.</remarks>
    private readonly void RemoveIdentity<TMachine>(ref TMachine machine)
        where TMachine : struct, IMachine
    {
        Descriptor.Write(ref machine, _image.FirstLevelTable, 0);
        machine.SynchronizeData();
        machine.InvalidateTlbs();
        machine.Synchronize();
        StartProof.IdentityRemoved(ref machine, in _image);
    }
}
