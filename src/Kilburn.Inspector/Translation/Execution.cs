namespace Kilburn.Inspector.Translation;

/// <summary>Who may execute what is readable.</summary>
internal static class Execution
{
    /// <summary>Adds the right to execute where nothing forbids it.</summary>
    /// <param name="registers">WXN and UWXN.</param>
    /// <param name="isNever">XN.</param>
    /// <param name="isKernelNever">PXN.</param>
    /// <param name="kernel">Read and write rights at PL1.</param>
    /// <param name="user">Read and write rights at PL0.</param>
    /// <remarks>Source: ARM DDI 0406C.d, B3.7.2 (XN, PXN, WXN, UWXN).</remarks>
    public static void Apply(
        GuestRegisters registers, bool isNever, bool isKernelNever, ref Rights kernel, ref Rights user)
    {
        bool isUserWritable = user.HasFlag(Rights.Write);
        bool isWritable = isUserWritable || kernel.HasFlag(Rights.Write);
        isNever |= registers.IsWriteExecuteNever && isWritable;
        isKernelNever |= registers.IsUserWriteExecuteNever && isUserWritable;
        if (isNever)
        {
            return;
        }

        if (kernel.HasFlag(Rights.Read) && !isKernelNever)
        {
            kernel |= Rights.Execute;
        }

        if (user.HasFlag(Rights.Read))
        {
            user |= Rights.Execute;
        }
    }
}
