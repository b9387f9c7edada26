namespace Kilburn.Model.Boot;

/// <summary>The user table that is current when a further core turns its MMU on.</summary>
public enum CoreEntry
{
    /// <summary>One that maps nothing: the core of a model runs no instructions that would have to be mapped.</summary>
    EmptyTable,

    /// <summary>The kernel's first table, with the identity map, as for core 0; it is left before the first line of C#.</summary>
    IdentityMap,
}
