using System;

namespace Kilburn.Hosted;

/// <summary>The kernel started its machine again.</summary>
public sealed class RebootException() : Exception("The kernel started the machine again.");
