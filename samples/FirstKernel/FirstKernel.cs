using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using Kilburn.Armv7;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Core.Descriptors;
using Kilburn.Core.Kernel;
using Kilburn.Core.Spaces;

namespace FirstKernel;

/// <summary>A kernel of one's own: two address spaces see different memory at the same address.</summary>
internal unsafe struct FirstKernel : IStartReporter
{
    private static VirtualMemory s_memory;
    private static uint* s_uart;

    private static VirtualAddress Shared => new(0x0040_0000);

    /// <summary>Where <c>start.S</c> arrives: core 0, in the linear map, on its own stack, MMU and caches on.</summary>
    [RuntimeExport("kernel_main")]
    internal static void Main()
    {
        ArmV7Machine machine = default;
        Start(ref machine);

        machine.WriteRegister(SystemRegister.DomainAccessControl, DomainAccess.KernelAndUser); // else user pages are closed
        machine.SynchronizeContext();
        AddressSpace left = Create(ref machine, 'L');
        AddressSpace right = Create(ref machine, 'R');
        Show(ref machine, left);
        Show(ref machine, right);
        Show(ref machine, left);

        s_memory.Spaces.Leave(ref machine);
        Require(s_memory.Spaces.TryDestroy(ref machine, ref s_memory.Frames, left));
        Require(s_memory.Spaces.TryDestroy(ref machine, ref s_memory.Frames, right));
        Say("both spaces are gone\n"u8);
        _ = Exit(0);
    }

    /// <inheritdoc/>
    public readonly void Report(ref VirtualMemory memory, StartStep step) // there is no console yet
    {
    }

    private static void Start(ref ArmV7Machine machine)
    {
        MemoryMap map = default;
        Require(map.TryAddBank(new PhysicalRange(default, 0x1000_0000))); // 256 MiB; a board would ask its firmware
        FirstKernel reporter = default;
        Require(s_memory.TryStart(ref machine, ref reporter, BootImage.Current.ToKernelImage(), in map));
        PhysicalRange registers = new(new PhysicalAddress(0x3F20_1000), PageSize.Small); // a PL011
        Require(s_memory.TryMapDevice(ref machine, registers, out VirtualAddress uart));
        s_uart = (uint*)uart.Value;
        Say("memory stands\n"u8);
    }

    private static AddressSpace Create(ref ArmV7Machine machine, uint mark)
    {
        Require(s_memory.Spaces.TryCreate(ref machine, ref s_memory.Frames, out AddressSpace space));
        Require(space.TryMapNewPage(
            ref machine, ref s_memory.Frames, Shared, AccessPermission.ReadWrite, Execution.Never, out _));
        Require(s_memory.Spaces.TryActivate(ref machine, space));
        machine.Data<uint>(Shared) = mark;
        return space;
    }

    private static void Show(ref ArmV7Machine machine, AddressSpace space)
    {
        Require(s_memory.Spaces.TryActivate(ref machine, space));
        Say(machine.Data<uint>(Shared) == 'L' ? "the left space\n"u8 : "the right space\n"u8);
    }

    private static void Say(ReadOnlySpan<byte> text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            *s_uart = text[index]; // the data register; QEMU's queue never fills
        }
    }

    private static void Require(VmStatus status) => _ = status == VmStatus.Ok ? 0 : Exit((uint)status);

    private static uint Exit(uint status)
    {
        ulong block = ((ulong)status << 32) | 0x2_0026; // ADP_Stopped_ApplicationExit, status
        return Semihosting(0x20, &block); // SYS_EXIT_EXTENDED
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("*", "boot_semihosting")]
    private static extern uint Semihosting(uint operation, void* block);
}
