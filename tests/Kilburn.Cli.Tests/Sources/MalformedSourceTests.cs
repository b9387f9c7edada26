using System;
using System.IO;
using System.Linq;
using Kilburn.Cli.Tests.Commands;
using Xunit;

namespace Kilburn.Cli.Tests.Sources;

/// <summary>What cannot be read ends in 3, in a message, and in time.</summary>
public sealed class MalformedSourceTests
{
    // The command gives up within 8 seconds. The rest is for a machine that has other things to do.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string, Func<string, string?>, string> Stubs() => new()
    {
        { "hangs", _ => "", "no whole reply" },
        { "hangs up", _ => null, "went away" },
        { "talks rubbish", _ => new string('x', 100_000), "does not talk" },
        { "talks HTTP", _ => "HTTP/1.1 400 Bad Request\r\n\r\n", "no whole reply" },
        { "sends wrong checksums", _ => "+$OK#00+$OK#00+$OK#00", "damaged" },
        { "has no end of a packet", _ => "+$" + new string('a', 2_000_000), "without end" },
        { "knows nothing", _ => RogueStub.Frame(""), "SCTLR is not known" },
        { "describes its registers for ever", Endless, "does not give its description" },
        { "describes registers in broken XML", packet => Describe(packet, "<target><reg name="), "damaged" },
        { "includes itself", packet => Describe(packet, "<target><xi:include href='target.xml'/></target>"), "no end" },
        { "gives registers that are no numbers", NoNumbers, "not hexadecimal" },
    };

    [Theory]
    [MemberData(nameof(Stubs))]
    public void Stub_ThatFails_IsNamedInTime(string what, Func<string, string?> answer, string message)
    {
        using RogueStub stub = new(answer);
        CommandRun run = CommandRun.Of("regions", "--gdb", stub.Address);
        Assert.True(run.ExitCode == 3 && run.Errors.Contains(message, StringComparison.Ordinal), $"{what}: {run.ExitCode} {run.Errors}");
        Assert.True(run.Time < s_limit, $"{what}: {run.Time}");
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Stub_ThatDiesWhileTablesAreRead_IsNamed()
    {
        using RogueStub stub = new(packet => packet[0] == 'm' ? null : RogueStub.Frame(packet.StartsWith('Q') ? "OK" : ""));
        CommandRun run = CommandRun.Of("regions", "--gdb", stub.Address, "--sctlr", "1", "--ttbcr", "0", "--ttbr0", "0x4000", "--dacr", "1");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("went away", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Stub_WithoutPhysicalMemory_IsReadThroughTheLinearMap()
    {
        string? asked = null;
        using RogueStub stub = new(packet =>
        {
            if (packet[0] == 'm')
            {
                asked ??= packet;
                return RogueStub.Frame(string.Concat(Enumerable.Repeat("02040000", Convert.ToInt32(packet.Split(',')[1], 16) / 4)));
            }

            return RogueStub.Frame(packet == "D" ? "OK" : "");
        });
        string[] registers = ["--sctlr", "1", "--ttbcr", "0", "--ttbr0", "0x4000", "--dacr", "1"];
        CommandRun run = CommandRun.Of(["walk", "0", "--gdb", stub.Address, "--linear", "0x80000000", .. registers]);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.StartsWith("m80004000,", asked, StringComparison.Ordinal);
        using RogueStub other = new(_ => RogueStub.Frame(""));
        run = CommandRun.Of(["walk", "0", "--gdb", other.Address, .. registers]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("--linear", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello\n", ":1: not a snapshot")]
    [InlineData("kilburn snapshot 1\nsctlr\n", ":2: one value is wanted")]
    [InlineData("kilburn snapshot 1\nsctlr 1x\n", ":2: '1x' is not a number")]
    [InlineData("kilburn snapshot 1\nmemory 0x10 0\n", ":2: an empty range")]
    [InlineData("kilburn snapshot 1\nmemory 0xFFFFFFFFFFFFFFFF 2\n", ":2: an empty range")]
    [InlineData("kilburn snapshot 1\n0x4001 00000000\n", ":2: the address is not that of a word")]
    [InlineData("kilburn snapshot 1\n0x4000 zero\n", ":2: 'zero' is not a word")]
    [InlineData("kilburn snapshot 1\npage 0\n", ":2: 'page' is not known")]
    [InlineData("kilburn snapshot 1\nsctlr 1\n", "TTBCR is not known")]
    [InlineData("kilburn snapshot 1\nsctlr 1\nttbcr 0\nttbr0 0x4000\ndacr 1\n", "no memory at 0x00004000")]
    public void Snapshot_Malformed_IsNamedWithItsLine(string text, string message) => AssertRefused(text, file => ["--from", file], message);

    [Theory]
    [InlineData("not an ELF file at all, but long enough for a header of one, or so it seems to be", "not an ELF file")]
    [InlineData("\u007fELF\u0001\u0001\u0001", "not an ELF file")]
    public void Core_Malformed_IsNamed(string text, string message) => AssertRefused(text, file => ["--image", file, "--sctlr", "1"], message);

    // The header of a core with one segment, which is cut off at different places, or says what is not so.
    [Theory]
    [InlineData(84, 0x100, "cut short")]
    [InlineData(60, 0x100, "damaged")]
    [InlineData(84, 0, "without memory")]
    public void Core_Cut_IsNamed(int length, int segmentLength, string message)
    {
        byte[] core = new byte[84];
        "\u007fELF\u0001\u0001\u0001"u8.CopyTo(core);
        BitConverter.TryWriteBytes(core.AsSpan(16), (ushort)4);    // ET_CORE
        BitConverter.TryWriteBytes(core.AsSpan(18), (ushort)40);   // EM_ARM
        BitConverter.TryWriteBytes(core.AsSpan(20), 1);
        BitConverter.TryWriteBytes(core.AsSpan(28), 52);           // e_phoff
        BitConverter.TryWriteBytes(core.AsSpan(40), (ushort)52);   // e_ehsize
        BitConverter.TryWriteBytes(core.AsSpan(42), (ushort)32);   // e_phentsize
        BitConverter.TryWriteBytes(core.AsSpan(44), (ushort)1);    // e_phnum
        BitConverter.TryWriteBytes(core.AsSpan(52), 1);            // PT_LOAD
        BitConverter.TryWriteBytes(core.AsSpan(56), 84);           // p_offset
        BitConverter.TryWriteBytes(core.AsSpan(68), segmentLength); // p_filesz
        BitConverter.TryWriteBytes(core.AsSpan(72), segmentLength); // p_memsz
        AssertRefused(core[..length], file => ["--image", file, "--sctlr", "1"], message);
    }

    [Fact]
    public void Files_ThatAreNotThere_AreNamed()
    {
        Assert.Equal(3, CommandRun.Of("regions", "--from", "/nowhere").ExitCode);
        Assert.Equal(3, CommandRun.Of("regions", "--image", "/nowhere").ExitCode);
        Assert.Equal(3, CommandRun.Of("regions", "--image", "/nowhere@0").ExitCode);
        Assert.Equal(3, CommandRun.Of("regions", "--model", "boot", "--symbols", "/nowhere").ExitCode);
        Assert.Equal(3, CommandRun.Of("regions", "--model", "boot", "--registers", "/nowhere").ExitCode);
        Assert.Equal(3, CommandRun.Of("audit", "--model", "boot", "--sctlr", "0").ExitCode);
        Assert.Equal(3, CommandRun.Of("regions", "--gdb", "127.0.0.1:1").ExitCode);
    }

    // Every word of memory links back to the first table.
    [Theory]
    [InlineData("ttbcr 0", "00000001")]
    [InlineData("ttbcr 0x80000000", "00004403 00000000")]
    public void Tables_ThatLinkToThemselves_AreReadToAnEnd(string control, string word)
    {
        string words = string.Join('\n', Enumerable.Range(0, 2048).Select(slot => $"0x{0x4000 + (slot * 8):X} {(word.Length > 8 ? word : $"{word} {word}")}"));
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"kilburn snapshot 1\nsctlr 1\n{control}\nttbr0 0x4000\ndacr 1\nprrr 0\nnmrr 0\nmemory 0 0x10000\n{words}\n");
            CommandRun run = CommandRun.Of("summary", "--from", file);
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // Any bytes are tables of some kind: no crash, no endless work.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Memory_OfRandomBytes_IsReadWithoutACrash(int seed)
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[1 << 20];
            new Random(seed).NextBytes(bytes);
            File.WriteAllBytes(file, bytes);
            foreach (string control in (string[])["0", "0x80000000"])
            {
                CommandRun run = CommandRun.Of(
                    "audit", "--image", $"{file}@0", "--sctlr", "0x30000001", "--ttbcr", control, "--ttbr0", "0x4000", "--dacr", "0x55555555", "--prrr", "0xFF440C04", "--nmrr", "0");
                Assert.Equal(1, run.ExitCode);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void AssertRefused(string text, Func<string, string[]> options, string message) =>
        AssertRefused(System.Text.Encoding.Latin1.GetBytes(text), options, message);

    private static void AssertRefused(byte[] contents, Func<string, string[]> options, string message)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, contents);
            CommandRun run = CommandRun.Of(["regions", .. options(file)]);
            Assert.True(run.ExitCode == 3 && run.Errors.Contains(message, StringComparison.Ordinal), $"{run.ExitCode} {run.Errors}");
            Assert.Empty(run.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string? Endless(string packet) =>
        Describe(packet, null);

    private static string? NoNumbers(string packet) => packet[0] == 'p'
        ? RogueStub.Frame("zzzzzzzz")
        : Describe(packet, "<target><reg name='SCTLR' bitsize='32' regnum='1'/></target>");

    private static string? Describe(string packet, string? xml)
    {
        if (packet.StartsWith("qSupported", StringComparison.Ordinal))
        {
            return RogueStub.Frame("PacketSize=1000;qXfer:features:read+");
        }

        return packet.StartsWith("qXfer", StringComparison.Ordinal)
            ? RogueStub.Frame(xml is null ? "m" + new string(' ', 100_000) : "l" + xml)
            : RogueStub.Frame("");
    }
}
