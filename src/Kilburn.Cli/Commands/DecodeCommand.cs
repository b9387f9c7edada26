using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text.Json.Nodes;
using Kilburn.Cli.Output;
using Kilburn.Inspector;
using Kilburn.Inspector.Json;
using Kilburn.Inspector.Translation;

namespace Kilburn.Cli.Commands;

/// <summary><c>kilburn decode WORD</c>: what a descriptor says.</summary>
internal sealed class DecodeCommand
{
    private const int ShortLevels = 2;
    private const int LongLevels = 3;
    private readonly SourceOptions _source = new();
    private readonly Argument<string> _word = new("WORD") { Description = "A descriptor." };
    private readonly Option<int?> _level = new("--level") { Description = "Of the table that it stands in; else every level.", HelpName = "N" };
    private readonly Option<bool> _long = new("--long") { Description = "A long descriptor; else a short one, unless it has more than 32 bits." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new DecodeCommand().Build();

    private Command Build()
    {
        Command command = new("decode", "Takes a descriptor apart. Registers that say what it means are options: by default AFE and TRE are off.")
        {
            _word, _level, _long,
        };
        _source.AddRegistersTo(command);
        Verb.SetAction(command, Run);
        Examples.Add(command, "decode 0x00008616 --level 2 --sctlr 0x30000001", "decode 0x0060000040000711 --long --level 2");
        return command;
    }

    private int Run(ParseResult result)
    {
        ulong word = ParseWord(result.GetRequiredValue(_word));
        bool isLong = result.GetValue(_long) || word > uint.MaxValue;
        int levels = isLong ? LongLevels : ShortLevels;
        int? only = result.GetValue(_level);
        if (only < 1 || only > levels)
        {
            throw new UsageException($"Levels are 1 to {levels}.");
        }

        ITableFormat format = Formats.Of(_source.RegistersOnly(result, isLong));
        List<(DescriptorForm Form, PageAttributes? Attributes)> readings = [];
        for (int level = only ?? 1; level <= (only ?? levels); level++)
        {
            DescriptorForm form = format.FormOf(word, level);
            readings.Add((form, form.Kind == DescriptorKind.Block ? format.AttributesOf(form, word, default) : null));
        }

        if (result.GetValue(Verb.Json))
        {
            WriteJson(word, format, readings);
        }
        else
        {
            Write(word, format, readings);
        }

        return ExitStatus.Clean;
    }

    private static ulong ParseWord(string text)
    {
        try
        {
            return Numbers.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"{wrong.Message}.");
        }
    }

    private static void Write(ulong word, ITableFormat format, List<(DescriptorForm Form, PageAttributes? Attributes)> readings)
    {
        foreach ((DescriptorForm form, PageAttributes? attributes) in readings)
        {
            Console.Out.WriteLine($"level {form.Level}  {form.Name}");
            Console.Out.WriteLine($"         {MapText.Fields(form, word)}");
            if (attributes is PageAttributes known)
            {
                Console.Out.WriteLine($"         {Numbers.Size(form.LengthInBytes)} at {Numbers.Address(format.BaseOf(form, word))}: {MapText.Of(known)}");
            }

            if (format.FlawOf(form, word) is string flaw)
            {
                Console.Out.WriteLine($"         {flaw}");
            }
        }
    }

    private static void WriteJson(ulong word, ITableFormat format, List<(DescriptorForm Form, PageAttributes? Attributes)> readings)
    {
        JsonObject json = MapJson.Envelope("decode", null);
        JsonArray array = [];
        foreach ((DescriptorForm form, PageAttributes? attributes) in readings)
        {
            JsonObject reading = MapJson.Of(form, word);
            reading["physical"] = attributes is null ? null : Numbers.Address(format.BaseOf(form, word));
            reading["attributes"] = attributes is PageAttributes known ? MapJson.Of(known) : null;
            reading["flaw"] = format.FlawOf(form, word);
            array.Add(reading);
        }

        json["format"] = format.Name;
        json["readings"] = array;
        JsonOutput.Write(json);
    }
}
