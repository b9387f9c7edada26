namespace Kilburn.SystemCalls;

/// <summary>What a program may ask of the kernel. Values are stable: programs are linked with them.</summary>
/// <remarks>
/// <code>
/// svc #0      r7       number            r0  SystemCallError afterwards
///             r0 - r4  arguments         r1  value afterwards, zero where none is named
/// </code>
/// Every other register is kept, r2, r3 and r12 too. A call that fails leaves everything as it was, unless it says otherwise.
/// Addresses that a call reads or writes must be the program's own; <see cref="SystemCallError.BadAddress"/> otherwise.
/// Where a name's length is wanted, <see cref="TextLength.UpToZero"/> says that it ends with a zero byte.
/// A program begins with r0 = address and r1 = length in bytes of its arguments, sp a multiple of 8, in the instruction set that
/// bit 0 of its entry names, and all else zero.
/// </remarks>
public enum SystemCall : uint
{
    /// <summary>Does nothing.</summary>
    None = 0,

    /// <summary>Output: address, length in bytes, at most 4096. Value: bytes that were written, also on <see cref="SystemCallError.BadAddress"/>.</summary>
    Write = 1,

    /// <summary>Ends the process: status. Does not come back.</summary>
    Exit = 2,

    /// <summary>Starts a program of the boot image: name, its length, arguments, their length. Value: number of the process.</summary>
    Spawn = 3,

    /// <summary>
    /// Makes a second process of this one, with this thread alone. Value: the child's number, and zero in the child.
    /// </summary>
    Clone = 4,

    /// <summary>
    /// Waits for a child's end: its number, or zero for any; address of a <see cref="ProcessEnd"/>, or zero. Value: its number.
    /// </summary>
    Wait = 5,

    /// <summary>Starts a thread: entry, initial sp (a multiple of 8), argument in its r0. Value: number of the thread.</summary>
    ThreadCreate = 6,

    /// <summary>Ends this thread: value. The last thread's end ends the process with this status.</summary>
    ThreadExit = 7,

    /// <summary>Waits for a thread's end, once: number. Value: what it ended with.</summary>
    ThreadJoin = 8,

    /// <summary>Maps a range: address, length in bytes, <see cref="MapFlags"/>, object, offset in bytes. Value: first byte.</summary>
    Map = 9,

    /// <summary>Unmaps a range: address, length in bytes.</summary>
    Unmap = 10,

    /// <summary>Changes rights: address, length in bytes, rights of <see cref="MapFlags"/>.</summary>
    Protect = 11,

    /// <summary>Advises: address, length in bytes, <see cref="MemoryAdvice"/>.</summary>
    Advise = 12,

    /// <summary>
    /// Moves or resizes: old address, old length, new length, <see cref="MapFlags"/> (placement only), new address. Value: first byte.
    /// With another length the placement is none, or <see cref="MapFlags.Fixed"/> with the old address: the range stays where it is.
    /// </summary>
    MoveRange = 13,

    /// <summary>Makes a memory object: length in bytes, name, its length (zero: not published). Value: handle.</summary>
    ObjectCreate = 14,

    /// <summary>Opens a published object, or a file of the boot image: name, its length. Value: handle.</summary>
    ObjectOpen = 15,

    /// <summary>Changes an object's length: handle, length in bytes.</summary>
    ObjectResize = 16,

    /// <summary>Gives a handle back: handle. Mappings stay.</summary>
    ObjectClose = 17,

    /// <summary>Makes an object whose pages this process provides: length in bytes, name, its length. Value: handle.</summary>
    PagerAttach = 18,

    /// <summary>Waits for what a pager shall do next: address of a <see cref="PagerRequest"/>.</summary>
    PagerServe = 19,

    /// <summary>
    /// Answers a <see cref="PagerRequestKind.Fill"/>: object, offset in bytes, address of the page's contents, <see cref="PagerResult"/>.
    /// The contents are looked at for <see cref="PagerResult.Done"/> only. A <see cref="PagerRequestKind.WriteBack"/> may be answered, too, without contents.
    /// </summary>
    PagerReply = 20,

    /// <summary>Lets another thread run.</summary>
    Yield = 21,

    /// <summary>Waits: microseconds.</summary>
    Sleep = 22,

    /// <summary>Reads counts: <see cref="StatisticsKind"/>, address, length in bytes. Value: bytes that were written.</summary>
    Statistics = 23,

    /// <summary>
    /// Lets this process handle its own faults: entry, initial sp (a multiple of 8); entry zero for no more. The handler begins with
    /// r0 = address of a <see cref="UserFault"/> on that stack, and ends with <see cref="FaultReturn"/>. A fault while one is
    /// handled ends the process.
    /// </summary>
    SetFaultHandler = 24,

    /// <summary>
    /// Ends the handling of a fault: <see cref="FaultAction"/>. Comes back only on an error; resuming loads the registers of
    /// the <see cref="UserFault"/>, changed or not. When that cannot be read, the fault ends the process.
    /// </summary>
    FaultReturn = 25,

    /// <summary>Sets TPIDRURO of this thread: value.</summary>
    SetThreadPointer = 26,

    /// <summary>
    /// Waits until the object's pager has kept what was written: handle. <see cref="SystemCallError.NotKept"/>, once, when it could not keep
    /// all of it since that was told last.
    /// </summary>
    ObjectSync = 27,
}
