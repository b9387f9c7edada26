namespace Kilburn.Kernel.Processes;

/// <summary>FPEXC.EN.</summary>
public enum VfpSwitch : uint
{
    /// <summary>The first VFP instruction is undefined.</summary>
    Off = 0,

    /// <summary>VFP instructions work.</summary>
    On = 1,
}
