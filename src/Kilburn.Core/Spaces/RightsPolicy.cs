namespace Kilburn.Core.Spaces;

/// <summary>What a space lets ranges have.</summary>
public enum RightsPolicy : byte
{
    /// <summary>Nothing that can be written can be executed.</summary>
    WriteOrExecute,

    /// <summary>Any rights.</summary>
    Any,
}
