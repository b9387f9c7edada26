using System.Runtime.CompilerServices;
using Kilburn.SystemCalls;

namespace Kilburn.Kernel.SelfTests;

/// <summary>A program in ARM state, written instruction by instruction. Registers are numbers, 13 to 15 for sp, lr and pc.</summary>
/// <remarks>Source: ARM DDI 0406C.d, A8.8.</remarks>
internal struct ArmCode
{
    private const int Capacity = 128;
    private const int FirstShift = 16; // Rn
    private const int TargetShift = 12; // Rd, Rt
    private const uint CallNumberRegister = 7;
    private const uint OffsetMask = 0x00FF_FFFF;
    private const int PipelineWords = 2; // pc is two instructions ahead

    private Words _words;
    private int _length;

    /// <summary>Instructions so far: the place of the next one.</summary>
    internal readonly int Length => _length;

    /// <summary>An instruction.</summary>
    /// <param name="index">Below <see cref="Length"/>.</param>
    internal readonly uint this[int index] => _words[index];

    /// <summary>Leaves room for <see cref="BranchHere"/>.</summary>
    /// <returns>The place.</returns>
    internal int Reserve() => _length++;

    /// <summary><c>b</c> to the next instruction.</summary>
    /// <param name="place">Where it is put.</param>
    internal void BranchHere(int place) =>
        _words[place] = 0xEA00_0000 | ((uint)(_length - place - PipelineWords) & OffsetMask);

    /// <summary><c>bne</c> to the next instruction.</summary>
    /// <param name="place">Where it is put.</param>
    internal void BranchHereUnlessEqual(int place) =>
        _words[place] = 0x1A00_0000 | ((uint)(_length - place - PipelineWords) & OffsetMask);

    /// <summary><c>cmp left, #value</c>.</summary>
    /// <param name="left">The register.</param>
    /// <param name="value">Below 256.</param>
    internal void Compare(uint left, uint value) => Emit(0xE350_0000 | (left << FirstShift) | value);

    /// <summary>Any instruction.</summary>
    /// <param name="instruction">Its word.</param>
    internal void Emit(uint instruction) => _words[_length++] = instruction;

    /// <summary><c>movw</c>, <c>movt</c>.</summary>
    /// <param name="register">Gets the value.</param>
    /// <param name="value">Any word.</param>
    internal void Set(uint register, uint value)
    {
        Emit(0xE300_0000 | (register << TargetShift) | Half(value));
        Emit(0xE340_0000 | (register << TargetShift) | Half(value >> 16));
    }

    /// <summary><c>svc #0</c>, with r7 set.</summary>
    /// <param name="call">The number.</param>
    internal void Call(SystemCall call)
    {
        Set(CallNumberRegister, (uint)call);
        Emit(0xEF00_0000);
    }

    /// <summary><c>mov</c>.</summary>
    /// <param name="target">Gets the value.</param>
    /// <param name="source">Has it.</param>
    internal void Move(uint target, uint source) => Emit(0xE1A0_0000 | (target << TargetShift) | source);

    /// <summary><c>ldr target, [address]</c>.</summary>
    /// <param name="target">Gets the word.</param>
    /// <param name="address">Has the address.</param>
    internal void Load(uint target, uint address) => Emit(0xE590_0000 | (address << FirstShift) | (target << TargetShift));

    /// <summary><c>str source, [address]</c>.</summary>
    /// <param name="source">Has the word.</param>
    /// <param name="address">Has the address.</param>
    internal void Store(uint source, uint address) => Emit(0xE580_0000 | (address << FirstShift) | (source << TargetShift));

    /// <summary><c>add target, target, #value</c>.</summary>
    /// <param name="target">The register.</param>
    /// <param name="value">Below 256.</param>
    internal void Add(uint target, uint value) => Emit(0xE280_0000 | (target << FirstShift) | (target << TargetShift) | value);

    /// <summary><c>add target, target, source</c>.</summary>
    /// <param name="target">The register.</param>
    /// <param name="source">Is added.</param>
    internal void AddRegister(uint target, uint source) =>
        Emit(0xE080_0000 | (target << FirstShift) | (target << TargetShift) | source);

    /// <summary><c>cmp left, #value; bne place</c>.</summary>
    /// <param name="left">The register.</param>
    /// <param name="value">Below 256.</param>
    /// <param name="place">Of the instruction to go on with when they differ.</param>
    internal void BranchUnlessEqual(uint left, uint value, int place)
    {
        Compare(left, value);
        Emit(0x1A00_0000 | Offset(place));
    }

    /// <summary><c>blx address</c>.</summary>
    /// <param name="address">Has the address.</param>
    internal void CallRegister(uint address) => Emit(0xE12F_FF30 | address);

    private static uint Half(uint value) => ((value & 0xF000) << 4) | (value & 0xFFF);

    private readonly uint Offset(int place) => (uint)(place - _length - PipelineWords) & OffsetMask;

    [InlineArray(Capacity)]
    private struct Words
    {
        private uint _first;
    }
}
