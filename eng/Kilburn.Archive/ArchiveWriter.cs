using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace Kilburn.Archive;

/// <summary>Writes an archive in cpio's newc format: for each file a header of ASCII digits, its name, its bytes.</summary>
/// <remarks>
/// The same files in the same order give the same archive: owners and times are zero. Source: Linux,
/// Documentation/driver-api/early-userspace/buffer-format.rst.
/// </remarks>
public sealed class ArchiveWriter
{
    private const string Magic = "070701";
    private const string Trailer = "TRAILER!!!";
    private const int RegularFile = 0x8000 | 0x16D; // readable and executable by all: 0555
    private const int Alignment = 4;

    private readonly MemoryStream _bytes = new();
    private int _count;

    /// <summary>Adds a file.</summary>
    /// <param name="name">ASCII without a zero.</param>
    /// <param name="contents">Its bytes.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public void Add(string name, ReadOnlySpan<byte> contents)
    {
        if (name.Length == 0 || name == Trailer || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException($"'{name}' is no name for a file of an archive");
        }

        _count++;
        AddEntry(name, _count, RegularFile, 1, contents);
    }

    /// <summary>Ends the archive.</summary>
    /// <returns>All its bytes.</returns>
    public byte[] Finish()
    {
        AddEntry(Trailer, 0, 0, 1, []);
        return _bytes.ToArray();
    }

    private void AddEntry(string name, int inode, int mode, int links, ReadOnlySpan<byte> contents)
    {
        Write(Magic);
        ReadOnlySpan<int> fields =
            [inode, mode, 0, 0, links, 0, contents.Length, 0, 0, 0, 0, name.Length + 1, 0];
        foreach (int field in fields)
        {
            Write(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        Write(name);
        _bytes.WriteByte(0);
        Pad();
        _bytes.Write(contents);
        Pad();
    }

    private void Write(string text) => _bytes.Write(Encoding.ASCII.GetBytes(text));

    private void Pad()
    {
        while (_bytes.Length % Alignment != 0)
        {
            _bytes.WriteByte(0);
        }
    }
}
