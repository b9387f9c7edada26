using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Playwright;
using Xunit;

namespace Kilburn.Cli.Tests.View;

/// <summary>Debian's Chromium, driven by Playwright.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";
    private readonly string _profile = Directory.CreateTempSubdirectory("kilburn").FullName;
    private IPlaywright? _playwright;
    private IBrowserContext? _context;

    /// <summary>A new page.</summary>
    /// <param name="colours">Light or dark.</param>
    public async Task<IPage> OpenAsync(ColorScheme colours = ColorScheme.Light)
    {
        IPage page = await _context!.NewPageAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = colours });
        return page;
    }

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();

        // As root it has no sandbox; the rest keeps it from looking for the network.
        _context = await _playwright.Chromium.LaunchPersistentContextAsync(_profile, new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = Executable,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
            ViewportSize = new ViewportSize { Width = 1280, Height = 760 },
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_context is not null)
        {
            await _context.CloseAsync();
        }

        _playwright?.Dispose();
        try
        {
            Directory.Delete(_profile, true);
        }
        catch (IOException)
        {
            // Chromium still writes for a moment after it has closed.
        }

        GC.SuppressFinalize(this);
    }
}
