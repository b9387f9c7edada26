using System;
using System.Collections.Generic;

namespace Kilburn.ShortCalls.Tests;

/// <summary>A section put together from halfwords, and what the shortener made of it.</summary>
internal sealed class Assembled
{
    /// <summary>Halfwords of the method that all tests call, at the section's start: BX LR.</summary>
    internal const ushort Return = 0x4770;

    private readonly byte[] _code;

    internal Assembled(params ushort[] halfwords)
    {
        _code = new byte[halfwords.Length * sizeof(ushort)];
        Buffer.BlockCopy(halfwords, 0, _code, 0, _code.Length);
    }

    internal Dictionary<int, Relocation> Relocations { get; } = [];

    internal ushort[] Halfwords
    {
        get
        {
            ushort[] halfwords = new ushort[_code.Length / sizeof(ushort)];
            Buffer.BlockCopy(_code, 0, halfwords, 0, _code.Length);
            return halfwords;
        }
    }

    /// <summary>Shortens everything after the first instruction, as one method.</summary>
    internal CallShortener Shorten()
    {
        CallShortener shortener = new(_code, Relocations, offset => offset == 0);
        shortener.Shorten(sizeof(ushort), _code.Length);
        return shortener;
    }
}
