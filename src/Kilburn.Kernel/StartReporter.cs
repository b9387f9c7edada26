using Kilburn.Core.Kernel;
using Kilburn.Kernel.Board;

namespace Kilburn.Kernel;

/// <summary>Says on the console what start-up has done and proven.</summary>
internal struct StartReporter : IStartReporter
{
    /// <inheritdoc/>
    public void Report(ref VirtualMemory memory, StartStep step)
    {
        switch (step)
        {
            case StartStep.LinearMap:
                ConsoleText.Write("start: memory is seen at 0x80000000\n"u8);
                break;
            case StartStep.IdentityRemoved:
                ConsoleText.Write("start: the identity map is gone\n"u8);
                break;
            case StartStep.Vectors:
                ConsoleText.Write("start: vectors are used at 0xFFFF0000\n"u8);
                break;
            case StartStep.Protection:
                ConsoleText.Write("start: text and constants are read-only, all else is never executed\n"u8);
                break;
            case StartStep.Frames:
                ConsoleText.Write("start: frames are managed from KERNEL END on\n"u8);
                break;
            case StartStep.KernelWindow:
                ConsoleText.Write("start: kernel heap and MMIO window are open\n"u8);
                break;
            case StartStep.UserTableCleared:
                ConsoleText.Write("start: the user table pointer is cleared\n"u8);
                break;
            default:
                break;
        }
    }
}
