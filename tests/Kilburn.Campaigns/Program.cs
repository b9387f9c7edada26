using System;
using System.CommandLine;
using Kilburn.Campaigns.Asids;
using Kilburn.Campaigns.Lives;
using Kilburn.Campaigns.Verbs;

Option<double> minutes = new("--minutes") { Description = "How long.", DefaultValueFactory = _ => 5 };
Option<int> seed = new("--seed") { Description = "The first seed.", DefaultValueFactory = _ => 1_000_000 };
Option<string?> only = new("--only") { Description = "Part of a step's description: those alone." };
Argument<string> processor = new("processor") { Description = string.Join(", ", Life.Processors) };
_ = processor.AcceptOnlyFromAmong([.. Life.Processors]);
Argument<LifeWay> way = new("way");
Argument<int> lifeSeed = new("seed");
Argument<int> length = new("operations");

Command check = new("check", "The fixed budget of plain ./test.");
check.SetAction(_ =>
{
    TestCount tests = new();
    KnownBugs.Check(tests);
    AsidStates.RunSmall(tests);
    Budget.Run(tests);
    return tests.End();
});
Command run = new("run", "Seed after seed for a time.") { minutes, seed };
run.SetAction(parsed => Campaign.Run(parsed.GetValue(minutes), parsed.GetValue(seed)));
Command replay = new("replay", "One life again.") { processor, way, lifeSeed, length };
replay.SetAction(parsed => Campaign.Replay(
    new Life(parsed.GetRequiredValue(processor), parsed.GetValue(way), parsed.GetValue(lifeSeed), parsed.GetValue(length))));
Command drop = new("drop", "Each maintenance step left out, weakened and moved.") { only };
drop.SetAction(parsed => DropEach.Run(parsed.GetValue(only)));

Option<double> limit = new("--minutes") { Description = "The time that it may take.", DefaultValueFactory = _ => 20 };
Command asid = new("asid", "The ASID allocator under every interleaving.") { limit };
asid.SetAction(parsed => AsidStates.RunLarge(parsed.GetValue(limit)));
Argument<int> spaces = new("spaces");
Argument<int> generations = new("generations");
Argument<AsidEvents> events = new("events");
Argument<int> parked = new("parked");
Argument<bool> wraps = new("wraps");
Argument<AsidDetail> detail = new("detail") { DefaultValueFactory = _ => AsidDetail.Needed };
Command plan = new("asid-plan", "One exploration of one's own.") { spaces, generations, events, parked, wraps, detail, limit };
plan.SetAction(parsed => AsidStates.RunOne(
    new AsidPlan(
        "plan",
        parsed.GetValue(spaces),
        parsed.GetValue(generations),
        parsed.GetValue(wraps),
        parsed.GetValue(events),
        parsed.GetValue(parked),
        parsed.GetValue(detail)),
    parsed.GetValue(limit)));
Command small = new("asid-small", "The small bounds, and planted mistakes.");
small.SetAction(_ =>
{
    TestCount tests = new();
    AsidStates.RunSmall(tests);
    return tests.End();
});
Command sample = new("sample", "A few lives, up to the first finding.");
sample.SetAction(_ => Sample.Run());
Argument<string[]> names = new("names") { Description = "Some of tests/bugs/bugs.txt; all when left out.", Arity = ArgumentArity.ZeroOrMore };
Command bugs = new("bugs", "Known bugs of other systems, each brought in by a patch.") { names };
bugs.SetAction(parsed => KnownBugs.Run(parsed.GetRequiredValue(names)));

RootCommand root = new("Campaigns on Kilburn's own code, on the hostile machine.") { check, run, replay, drop, asid, plan, small, sample, bugs };
return root.Parse(args).Invoke();
