namespace Kilburn.Model.Checking;

/// <summary>What happens at a violation.</summary>
public enum ViolationHandling
{
    /// <summary>A <see cref="ViolationException"/> ends the program.</summary>
    Throw,

    /// <summary>It goes to <see cref="Machine.Violations"/>, and the program goes on.</summary>
    Collect,
}
