using System;

namespace Kilburn.Model;

/// <summary>The program on the machine touched what it never may: a hole, a device as memory, a table as data.</summary>
/// <param name="message">What and where.</param>
public sealed class MachineAccessException(string message) : Exception(message);
