using System;

namespace Kilburn.Core.Tests.Machines;

/// <summary>A broken invariant of the core, on a machine of the tests.</summary>
public sealed class PanicException(string invariant, uint value) : Exception($"{invariant} (0x{value:x8})");
