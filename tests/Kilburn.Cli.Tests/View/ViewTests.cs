using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Kilburn.Cli.Tests.Commands;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Kilburn.Cli.Tests.View;

/// <summary>The page, in a real browser.</summary>
public sealed partial class ViewTests(Browser browser) : IClassFixture<Browser>
{
    // Where the address lies in the canvas when it shows all 4 GiB: 32 rows, after the labels.
    private const float LabelWidth = 86;
    private const float Rows = 32;
    private const float RowLength = 128u << 20;

    [Fact]
    public async Task Click_IntoTheMap_Walks()
    {
        using ServedView view = new("--model", "space");
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(view.Url);

        await ClickAsync(page, 0x9000_0000);

        await Expect(page.Locator("#walk")).ToContainTextAsync("supersection");
        await Expect(page.Locator("#walk")).ToContainTextAsync(HexAddress());
        await Expect(page.Locator("#findings")).ToHaveTextAsync("none");
    }

    [Fact]
    public async Task Keyboard_MovesZoomsAndWalks()
    {
        using ServedView view = new("--model", "boot");
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(view.Url);
        ILocator window = page.Locator("#window");
        await Expect(window).ToContainTextAsync("0x00000000–0xFFFFFFFF, 128M a row; cursor 0x00000000");

        await page.FocusAsync("#map");
        await page.Keyboard.PressAsync("n");
        await Expect(window).ToContainTextAsync("cursor 0x80000000");
        await page.Keyboard.PressAsync("+");
        await Expect(window).ToContainTextAsync("64M a row");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(window).ToContainTextAsync("cursor 0x84000000");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#walk")).ToContainTextAsync("0x84000000 -> 0x04000000");
        await page.Keyboard.PressAsync("0");
        await Expect(window).ToContainTextAsync("128M a row");
    }

    [Fact]
    public async Task Wheel_ZoomsAroundThePointer()
    {
        using ServedView view = new("--model", "boot");
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(view.Url);

        LocatorBoundingBoxResult box = (await page.Locator("#map").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 10);
        await page.Mouse.WheelAsync(0, -100);

        await Expect(page.Locator("#window")).ToContainTextAsync("64M a row");
    }

    [Fact]
    public async Task Findings_AreMarkedAndLeadToTheirPlace()
    {
        using ServedView view = new("--from", CommandRun.Vector("write-execute"));
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(view.Url);

        await page.Locator("#findings button").ClickAsync();

        await Expect(page.Locator("#walk")).ToContainTextAsync("0x80001000 -> 0x00011000");
        await Expect(page.Locator("#window")).ToContainTextAsync("cursor 0x80001000");
    }

    [Fact]
    public async Task Live_ShowsWhatHasChanged()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.Copy(CommandRun.Vector("clean"), file, true);
            using ServedView view = new("--from", file);
            IPage page = await browser.OpenAsync();
            await page.GotoAsync(view.Url);
            await page.Locator("#live").CheckAsync();
            await Expect(page.Locator("#changes")).ToHaveTextAsync("none");

            File.Copy(CommandRun.Vector("write-execute"), file, true);

            await Expect(page.Locator("#changes")).ToContainTextAsync("changed 0x80001000 4K");
            await Expect(page.Locator("#findings")).ToContainTextAsync("write-execute");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Page_FollowsTheBrowsersColours(ColorScheme colours)
    {
        using ServedView view = new("--model", "boot");
        IPage page = await browser.OpenAsync(colours);
        await page.GotoAsync(view.Url);

        string ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

        int brightness = int.Parse(FirstNumber().Match(ground).Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(colours == ColorScheme.Light, brightness > 128);
    }

    [Fact]
    public async Task Page_AsksNobodyElse()
    {
        using ServedView view = new("--model", "boot");
        IPage page = await browser.OpenAsync();
        List<string> requests = [];
        List<string> errors = [];
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => errors.Add(message.Text);
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync(view.Url);
        await ClickAsync(page, 0x8000_0000);
        await Expect(page.Locator("#walk")).ToContainTextAsync("level 2");

        Assert.All(requests, url => Assert.StartsWith(view.Url, url, StringComparison.Ordinal));
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Export_IsTheSamePageWithoutAServer()
    {
        string directory = Directory.CreateTempSubdirectory("kilburn").FullName;
        try
        {
            CommandRun run = CommandRun.Of("export", "--html", $"{directory}/map.html", "--svg", $"{directory}/map.svg", "--model", "space");
            Assert.Equal((0, ""), (run.ExitCode, run.Errors));
            IPage page = await browser.OpenAsync();
            await page.GotoAsync($"file://{directory}/map.html");
            await Expect(page.Locator("#liveBox")).ToBeHiddenAsync();
            await ClickAsync(page, 0x9000_0000);
            await Expect(page.Locator("#walk")).ToContainTextAsync("supersection");
            await ClickAsync(page, 0x5000_0000);
            await Expect(page.Locator("#walk")).ToContainTextAsync("is not mapped");

            await page.GotoAsync($"file://{directory}/map.svg");
            Assert.True(await page.Locator("rect").CountAsync() > 45);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Fact]
    public async Task Server_AnswersOnlyToThisMachinesNames()
    {
        using ServedView view = new("--model", "boot");
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, view.Url);
        request.Headers.Host = "example.org";

        Assert.Equal(403, (int)(await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(400, (int)(await client.GetAsync($"{view.Url}/api/walk?address=x", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(404, (int)(await client.GetAsync($"{view.Url}/else", TestContext.Current.CancellationToken)).StatusCode);
    }

    private static async Task ClickAsync(IPage page, uint address)
    {
        LocatorBoundingBoxResult box = (await page.Locator("#map").BoundingBoxAsync())!;
        float row = MathF.Floor(address / RowLength);
        float part = (address % RowLength) / RowLength;
        await page.Locator("#map").ClickAsync(new LocatorClickOptions
        {
            Position = new Position { X = LabelWidth + 2 + (part * (box.Width - LabelWidth)), Y = (row + 0.5f) * box.Height / Rows },
        });
    }

    [GeneratedRegex("0x9[0-9A-F]{7} -> 0x1[0-9A-F]{7}")]
    private static partial Regex HexAddress();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex FirstNumber();
}
