using System;

namespace Kilburn.Campaigns.Asids;

/// <summary>A state in which the allocator has broken its promise.</summary>
/// <param name="message">Which promise, and by what.</param>
internal sealed class AsidViolationException(string message) : Exception(message);
