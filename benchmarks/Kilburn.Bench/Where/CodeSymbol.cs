namespace Kilburn.Bench.Where;

/// <summary>A function of an ELF file.</summary>
/// <param name="Name">As the file has it.</param>
/// <param name="Address">Of the first instruction.</param>
/// <param name="Length">Bytes; 0 where the file does not say.</param>
internal sealed record CodeSymbol(string Name, uint Address, uint Length);
