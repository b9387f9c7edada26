namespace System.Runtime;

/// <summary>Names the symbol that a method without a body stands for.</summary>
public sealed class RuntimeImportAttribute : Attribute
{
    public RuntimeImportAttribute(string dllName, string entryPoint)
    {
    }
}

/// <summary>Gives a static method a symbol that assembly can call.</summary>
public sealed class RuntimeExportAttribute : Attribute
{
    public RuntimeExportAttribute(string entryPoint)
    {
    }
}
