// The compiled kernel does not clear a local variable before its first assignment: C# lets nobody read it before.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
