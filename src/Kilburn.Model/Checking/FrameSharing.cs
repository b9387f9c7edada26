namespace Kilburn.Model.Checking;

/// <summary>Whether two spaces may map one frame.</summary>
public enum FrameSharing
{
    /// <summary>They may.</summary>
    Allowed,

    /// <summary>It is a <see cref="ViolationKind.ForeignFrame"/>: for programs that share nothing on purpose.</summary>
    Reported,
}
