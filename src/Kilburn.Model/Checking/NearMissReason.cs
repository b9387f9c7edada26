namespace Kilburn.Model.Checking;

/// <summary>Why an invalidation did not remove an entry of its address.</summary>
internal enum NearMissReason : byte
{
    /// <summary>Walks could still fetch the old word again.</summary>
    StoreNotComplete,

    /// <summary>It named another ASID, or spared global entries.</summary>
    OtherTag,

    /// <summary>It was not inner-shareable.</summary>
    OtherCore,
}
