using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Xunit;

namespace Kilburn.Cli.Tests.Commands;

public sealed class VerbTests
{
    private static string Clean => CommandRun.Vector("clean");

    [Theory]
    [InlineData("regions", 8)]
    [InlineData("regions --user", 3)]
    [InlineData("regions --kernel --writable", 4)]
    [InlineData("regions --executable", 2)]
    [InlineData("regions --type device", 1)]
    [InlineData("regions --physical 0x200000:64K", 1)]
    [InlineData("regions --physical 0x3F201000", 1)]
    public void Regions_Filtered_AreThoseWanted(string arguments, int count)
    {
        CommandRun run = CommandRun.Of([.. arguments.Split(' '), "--from", Clean, "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        JsonArray regions = run.Json["regions"]!.AsArray();
        Assert.True(count == regions.Count, run.Output);
    }

    [Fact]
    public void Walk_OfAMappedAddress_ShowsItsSteps()
    {
        CommandRun run = CommandRun.Of("walk", "0x1234", "--from", Clean);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            """
            TTBR0    0x00004000
            level 1  [0x00004000] = 0x0000C025  table
                     table[31:10]=0x30 IMP=0 domain=1 NS=0 PXN=1 type=1
            level 2  [0x0000C004] = 0x00100E3E  small page
                     PA[31:12]=0x100 nG=1 S=1 AP[2]=1 TEX=0 AP[1:0]=3 C=1 B=1 type=1 XN=0
                     kernel r--, user r-x, normal write-back, inner shareable, process
            0x00001234 -> 0x00100234

            """,
            run.Output);
    }

    [Theory]
    [InlineData("0x1000 --access write", "permission fault, level 2 (FS = 0b01111)")]
    [InlineData("0x1000 --access execute", "permission fault, level 2 (FS = 0b01111)")]
    [InlineData("0x80000000 --user", "permission fault, level 2 (FS = 0b01111)")]
    [InlineData("0x00005000", "translation fault, level 2 (FS = 0b00111)")]
    [InlineData("0x00500000", "translation fault, level 1 (FS = 0b00101)")]
    [InlineData("0x1000 --dacr 0", "domain fault, level 2 (FS = 0b01011)")]
    public void Walk_ThatFaults_SaysSoAndEndsInOne(string arguments, string fault)
    {
        CommandRun run = CommandRun.Of(["walk", .. arguments.Split(' '), "--from", Clean]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(fault, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OfAFrameWithTwoAddresses_FindsBoth()
    {
        CommandRun run = CommandRun.Of("find", "0x10123", "--from", CommandRun.Vector("write-execute-alias"), "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["0x80000123", "0x80003123"], run.Json["regions"]!.AsArray().Select(region => region!["start"]!.GetValue<string>()));
        Assert.Equal(1, CommandRun.Of("find", "0x77777000", "--from", Clean).ExitCode);
    }

    [Fact]
    public void Summary_CountsTablesAndWaste()
    {
        CommandRun run = CommandRun.Of("summary", "--from", Clean, "--json");
        JsonNode tables = run.Json["summary"]!["tables"]!;
        Assert.Equal(2, tables[0]!["count"]!.GetValue<int>());
        Assert.Equal(16384, tables[0]!["size"]!.GetValue<int>());
        Assert.Equal(19, tables[0]!["validEntries"]!.GetValue<int>());
        Assert.Equal(2048 - (21 * 4), tables[1]!["wasted"]!.GetValue<int>());
    }

    [Fact]
    public void Audit_OfWhatIsWrong_NamesRuleAndSection()
    {
        CommandRun run = CommandRun.Of("audit", "--from", CommandRun.Vector("global-user"));
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error global-user (B3.9.1): ", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("audit", "--from", CommandRun.Vector("global-user"), "--skip", "global-user").ExitCode);
        Assert.Equal(0, CommandRun.Of("audit", "--model", "space").ExitCode);
    }

    [Fact]
    public void Diff_OfTwoSnapshots_ShowsWhatChanged()
    {
        CommandRun run = CommandRun.Of("diff", CommandRun.Vector("write-execute"), CommandRun.Vector("shared-table"), "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            ["changed 0x80001000", "mapped 0x80100000"],
            run.Json["changes"]!.AsArray().Select(change => $"{change!["kind"]} {change["start"]}").Take(2));
        Assert.Equal(0, CommandRun.Of("diff", Clean, Clean).ExitCode);
    }

    [Fact]
    public void Snapshot_OfTheModel_HasTheSameRegions()
    {
        string file = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, CommandRun.Of("snapshot", file, "--model", "space").ExitCode);
            string live = CommandRun.Of("regions", "--model", "space", "--json").Json["regions"]!.ToJsonString();
            Assert.Equal(live, CommandRun.Of("regions", "--from", file, "--json").Json["regions"]!.ToJsonString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Image_OfRawMemory_IsWalked()
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] image = new byte[0x8000];
            BitConverter.TryWriteBytes(image.AsSpan(0x4000 + (0x800 * 4)), 0x4010_0C02u); // 0x80000000: a section at 0x40100000
            File.WriteAllBytes(file, image);
            CommandRun run = CommandRun.Of(
                "walk", "0x80012345", "--image", $"{file}@0x40000000", "--sctlr", "1", "--ttbcr", "0", "--ttbr0", "0x40004000", "--dacr", "1");
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
            Assert.EndsWith("0x80012345 -> 0x40112345\n", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Decode_NamesTheFields()
    {
        CommandRun run = CommandRun.Of("decode", "0x0000861E", "--level", "2", "--sctlr", "0x30000001", "--prrr", "0x0C0B00A4", "--nmrr", "0x00400040");
        Assert.Equal(
            """
            level 2  small page
                     PA[31:12]=8 nG=0 S=1 AP[2]=1 TEX=0 AP[1:0]=1 C=1 B=1 type=1 XN=0
                     4K at 0x00008000: kernel r-x, user ---, normal write-back, inner shareable, global

            """,
            run.Output);
        Assert.Contains("2 MiB block", CommandRun.Of("decode", "0x0060000040000711", "--level", "2").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x80F", "write at 0x00001000: permission fault, level 2, domain 0\n")]
    [InlineData("0x005", "read at 0x00001000: translation fault, level 1\n")]
    [InlineData("0x206", "read at 0x00001000: translation fault, level 2\n")]
    [InlineData("0xA0F", "write at 0x00001000: permission fault, level 3\n")]
    public void Fault_IsSaidInWords(string status, string text)
    {
        CommandRun run = CommandRun.Of("fault", status, "0x1000");
        Assert.Equal((1, text), (run.ExitCode, run.Output));
    }

    [Fact]
    public void Trace_RecordedFromAGuest_IsCleanAsLongAsItIsWhole()
    {
        string whole = Path.Combine(AppContext.BaseDirectory, "traces", "recorded-unmap.txt");
        string cut = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(cut, File.ReadLines(whole).Where(line => !line.Contains("tlbimvais", StringComparison.Ordinal)));
            Assert.Equal(0, CommandRun.Of("trace", whole).ExitCode);
            CommandRun run = CommandRun.Of("trace", cut, "--json");
            Assert.Equal((1, "StaleTranslation"), (run.ExitCode, run.Json["violations"]![0]!["kind"]!.GetValue<string>()));
        }
        finally
        {
            File.Delete(cut);
        }
    }

    [Theory]
    [InlineData("regions")]
    [InlineData("regions --gdb nowhere")]
    [InlineData("walk 0x123456789 --model boot")]
    [InlineData("walk zero --model boot")]
    [InlineData("regions --type soft --model boot")]
    [InlineData("regions --model boot --from x")]
    [InlineData("decode 1 --level 4")]
    [InlineData("nothing")]
    [InlineData("")]
    public void CommandLine_ThatMakesNoSense_EndsInTwo(string arguments)
    {
        CommandRun run = CommandRun.Of(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Errors);
    }

    [Fact]
    public void Help_HasExamples_AndWordsComplete()
    {
        Assert.Contains("Examples:\n  kilburn walk ", CommandRun.Of("walk", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("regions", CommandRun.Of("[suggest:10]", "kilburn re").Output, StringComparison.Ordinal);
        Assert.Contains("space", CommandRun.Of("[suggest:24]", "kilburn regions --model ").Output, StringComparison.Ordinal);
        Assert.Contains("complete -o default", CommandRun.Of("completions", "bash").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_ThatIsNoTerminal_HasNoColours() =>
        Assert.DoesNotContain('\e', CommandRun.Of("regions", "--model", "boot").Output);

    [Theory]
    [InlineData("regions --model boot")]
    [InlineData("walk 0x80008000 --model boot")]
    [InlineData("find 0x8000 --model boot")]
    [InlineData("summary --model boot")]
    [InlineData("audit --model boot")]
    [InlineData("audit --rules")]
    [InlineData("decode 1")]
    [InlineData("completions bash")]
    public void Json_OfEveryVerb_HasTheEnvelope(string arguments)
    {
        CommandRun run = CommandRun.Of([.. arguments.Split(' '), "--json"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("kilburn/1", run.Json["schema"]!.GetValue<string>());
        Assert.Equal(arguments.Split(' ')[0], run.Json["verb"]!.GetValue<string>());
    }
}
