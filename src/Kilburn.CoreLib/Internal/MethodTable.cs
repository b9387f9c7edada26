namespace Internal.Runtime;

/// <summary>What the ahead-of-time compiler writes for each type. Nothing here reads it.</summary>
internal struct MethodTable
{
}
