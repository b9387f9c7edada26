using System;
using System.Collections.Generic;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Kilburn.Cli.Commands;
using Kilburn.Inspector.Maps;
using Kilburn.Inspector.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kilburn.Cli.View;

/// <summary>Serves the page to this machine's browsers.</summary>
/// <param name="open">Opens the guest: for each look and each walk anew, so that it runs on in between.</param>
internal sealed class MapServer(Func<Guest> open)
{
    private const string Policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";

    private readonly SemaphoreSlim _turn = new(1); // one look at a time
    private IReadOnlyList<Region>? _last;          // guarded by _turn

    /// <summary>Serves until it is cancelled.</summary>
    /// <param name="port">TCP port of 127.0.0.1; 0 for any.</param>
    /// <param name="announce">Gets the address once it is served.</param>
    /// <param name="end">Ends it.</param>
    public async Task RunAsync(int port, Action<string> announce, CancellationToken end)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using WebApplication app = builder.Build();
        _ = app.Use(async (context, next) =>
        {
            // A page from elsewhere that got its name to point here must not read the guest.
            if (context.Request.Host.Host is not ("127.0.0.1" or "localhost"))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.CacheControl = "no-store";
            await next(context);
        });
        app.Run(AnswerAsync);
        await app.StartAsync(end);
        foreach (string url in app.Urls)
        {
            announce(url);
        }

        await app.WaitForShutdownAsync(end);
    }

    private Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/" => AnswerAsync(context, "text/html; charset=utf-8", () => MapPage.Build(Look(), true)),
        "/api/map" => AnswerAsync(context, "application/json", () => Look().ToJsonString()),
        "/api/walk" => AnswerAsync(context, "application/json", () => Walk(context.Request.Query["address"].ToString()).ToJsonString()),
        _ => Refuse(context, StatusCodes.Status404NotFound, "no such page"),
    };

    private async Task AnswerAsync(HttpContext context, string type, Func<string> answer)
    {
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            string text = await Task.Run(answer, context.RequestAborted);
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text, context.RequestAborted);
        }
        catch (UsageException wrong)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, wrong.Message);
        }
        catch (SourceException unreadable)
        {
            await Refuse(context, StatusCodes.Status502BadGateway, unreadable.Message);
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    private static Task Refuse(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message);
    }

    private JsonObject Look()
    {
        using Guest guest = open();
        GuestMap map = new(guest);
        IReadOnlyList<MapChange> changes = _last is null ? [] : MapDifference.Between(_last, map.Regions);
        _last = map.Regions;
        return map.ToJson(changes, false);
    }

    private JsonObject Walk(string address)
    {
        uint parsed = WalkCommand.ParseAddress(address);
        using Guest guest = open();
        return Inspector.Json.MapJson.Of(
            new Inspector.Translation.TranslationTables(guest.Registers, guest.Memory)
                .Walk(parsed, Inspector.Translation.AccessKind.Read, Inspector.Translation.Privilege.Kernel),
            guest.Registers.HasLongDescriptors,
            guest.Symbols);
    }
}
