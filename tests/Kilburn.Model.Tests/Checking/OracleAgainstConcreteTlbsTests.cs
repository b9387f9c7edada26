using System;
using System.Collections.Generic;
using System.Linq;
using Kilburn.Core;
using Kilburn.Core.Addresses;
using Kilburn.Model.Boot;
using Kilburn.Model.Checking;
using Kilburn.Model.Cores;
using Kilburn.Model.Litmus;
using Kilburn.Model.Profiles;
using Kilburn.Model.Translation;
using Xunit;
using static Kilburn.Model.Litmus.LitmusBench;

namespace Kilburn.Model.Tests.Checking;

/// <summary>The oracle's set of answers, held against TLBs that do one allowed thing after the other.</summary>
public sealed class OracleAgainstConcreteTlbsTests
{
    private const int Sequences = 150;
    private const int Length = 30;
    private const int Draws = 60;

    private static readonly uint[] s_addresses = [Address, Address + PageSize.Small];
    private static readonly uint[] s_pages =
        [0, 0, Page1 | UserPage, Page2 | UserPage, Page1 | UserReadOnlyPage, Page2 | GlobalPage];
    private static readonly uint[] s_pointers = [0, Second1 | Pointer, Second2 | Pointer];
    private static readonly (uint Table, uint Asid)[] s_contexts = [(TableA, 1), (TableB, 2), (TableA, 2)];

    [Fact]
    public void PossibleAnswers_AnySequence_HaveEveryAnswerOfARealTlb()
    {
        int several = 0;
        for (int seed = 0; seed < Sequences; seed++)
        {
            List<Operation> operations = Draw(seed);
            List<HashSet<(FaultCode, uint)>> allowed = RunOracle(operations);
            List<HashSet<(FaultCode, uint)>> seen = RunConcrete(operations, seed);
            for (int access = 0; access < allowed.Count; access++)
            {
                Assert.True(
                    seen[access].IsSubsetOf(allowed[access]),
                    $"sequence {seed}, access {access}: a TLB may answer {Words(seen[access])}, the oracle knows "
                        + $"{Words(allowed[access])}:\n{string.Join("\n", operations)}");
                several += allowed[access].Count > 1 ? 1 : 0;
            }
        }

        Assert.InRange(several, Sequences / 4, int.MaxValue);
    }

    [Fact]
    public void PossibleAnswers_MoreThanOne_AreNearlyAlwaysSeenOnARealTlb()
    {
        int several = 0;
        List<string> unseen = [];
        for (int seed = 0; seed < Sequences; seed++)
        {
            List<Operation> operations = Draw(seed);
            List<HashSet<(FaultCode, uint)>> allowed = RunOracle(operations);
            List<HashSet<(FaultCode, uint)>> seen = RunConcrete(operations, seed);
            for (int access = 0; access < allowed.Count; access++)
            {
                if (allowed[access].Count > 1)
                {
                    several++;
                    if (seen[access].Count == 1)
                    {
                        unseen.Add($"sequence {seed}, access {access}: the oracle knows {Words(allowed[access])}, "
                            + $"seen is {Words(seen[access])}:\n{string.Join("\n", operations)}");
                    }
                }
            }
        }

        // What few draws do not show is not wrong; an oracle that cries wolf would fill this list.
        Assert.True(unseen.Count * 10 < several, $"{unseen.Count} of {several}\n{unseen.FirstOrDefault()}");
    }

    private static List<Operation> Draw(int seed)
    {
        Random random = new(seed * 7919);
        List<Operation> operations = [];
        for (int index = 0; index < Length; index++)
        {
            int core = random.Next(2);
            uint address = s_addresses[random.Next(2)];
            uint asid = (uint)random.Next(1, 3);
            (uint table, uint tag) = s_contexts[random.Next(s_contexts.Length)];
            switch (random.Next(12))
            {
                case 0:
                case 1:
                    uint second = random.Next(2) == 0 ? Second1 : Second2;
                    operations.Add(new(core, OperationKind.Store, SecondSlot(second, address), s_pages[random.Next(s_pages.Length)]));
                    break;
                case 2:
                    uint first = random.Next(2) == 0 ? TableA : TableB;
                    operations.Add(new(core, OperationKind.Store, FirstSlot(first, address), s_pointers[random.Next(3)]));
                    break;
                case 3:
                    operations.Add(new(core, OperationKind.Switch, table, tag));
                    break;
                case 4:
                    operations.Add(random.Next(2) == 0
                        ? new(core, OperationKind.Table, table, 0)
                        : new(core, OperationKind.Asid, asid, 0));
                    break;
                case 5:
                case 6:
                    operations.Add(new(core, OperationKind.Step, (uint)StepKind.DataBarrier, 0));
                    break;
                case 7:
                    operations.Add(new(core, OperationKind.Step, (uint)StepKind.ContextBarrier, 0));
                    break;
                case 8:
                case 9:
                    StepKind[] kinds =
                    [
                        StepKind.TlbPage, StepKind.TlbPage, StepKind.TlbPageLocal, StepKind.TlbPageAllAsids,
                        StepKind.TlbAsid, StepKind.TlbAsidLocal, StepKind.Tlbs, StepKind.TlbLocal,
                    ];
                    StepKind kind = kinds[random.Next(kinds.Length)];
                    bool isByPage = kind is StepKind.TlbPage or StepKind.TlbPageLocal or StepKind.TlbPageAllAsids;
                    operations.Add(new(core, OperationKind.Step, (uint)kind, isByPage ? address : 0, asid));
                    if (random.Next(2) == 0)
                    {
                        operations.Add(new(core, OperationKind.Step, (uint)StepKind.DataBarrier, 0));
                        operations.Add(new(core, OperationKind.Step, (uint)StepKind.ContextBarrier, 0));
                    }

                    break;
                default:
                    operations.Add(new(core, random.Next(3) == 0 ? OperationKind.Write : OperationKind.Read, address, 0));
                    break;
            }
        }

        return operations;
    }

    private static List<HashSet<(FaultCode, uint)>> RunOracle(List<Operation> operations)
    {
        LitmusBench bench = Create<CortexA7>();
        List<HashSet<(FaultCode, uint)>> answers = [];
        foreach (Operation operation in operations)
        {
            ProcessorCore core = bench.Machine.Cores[operation.Core];
            switch (operation.Kind)
            {
                case OperationKind.Store:
                    core.WriteWord(new PhysicalAddress(operation.First), operation.Second, default);
                    break;
                case OperationKind.Switch:
                    Switch(core, operation.First, operation.Second);
                    break;
                case OperationKind.Table:
                    core.Execute(Step.Register(
                        SystemRegister.TranslationTableBase0, operation.First | BootCode.WalkAttributes));
                    break;
                case OperationKind.Asid:
                    core.Execute(Step.Register(SystemRegister.ContextId, operation.First));
                    break;
                case OperationKind.Step:
                    core.Execute(new Step((StepKind)operation.First, operation.Second, operation.Third));
                    break;
                default:
                    AccessKind kind = operation.Kind == OperationKind.Write ? AccessKind.Write : AccessKind.Read;
                    answers.Add([.. core.PossibleAnswers(new VirtualAddress(operation.First), kind, Privilege.User)
                        .Select(answer => (answer.Fault, answer.Physical))]);
                    break;
            }
        }

        bench.Machine.Dispose();
        return answers;
    }

    private static List<HashSet<(FaultCode, uint)>> RunConcrete(List<Operation> operations, int seed)
    {
        List<HashSet<(FaultCode, uint)>> answers = [];
        for (int draw = 0; draw < Draws; draw++)
        {
            ConcreteTlbs tlbs = new((seed * 1000) + draw);
            int access = 0;
            foreach (Operation operation in operations)
            {
                tlbs.Speculate(s_addresses);
                if (RunConcrete(tlbs, operation) is (FaultCode, uint) answer)
                {
                    if (draw == 0)
                    {
                        answers.Add([]);
                    }

                    _ = answers[access].Add(answer);
                    access++;
                }
            }
        }

        return answers;
    }

    private static (FaultCode, uint)? RunConcrete(ConcreteTlbs tlbs, Operation operation)
    {
        int core = operation.Core;
        Step isb = new(StepKind.ContextBarrier);
        const uint On = BootCode.TableBaseControl;
        switch (operation.Kind)
        {
            case OperationKind.Store:
                tlbs.Store(core, operation.First, operation.Second);
                return null;
            case OperationKind.Switch:
                tlbs.Write(core, RegisterName.Control, On | TranslationRegisters.TtbcrDisable0);
                tlbs.Speculate(s_addresses);
                tlbs.Step(core, isb);
                tlbs.Write(core, RegisterName.Asid, operation.Second);
                tlbs.Write(core, RegisterName.Table, operation.First);
                tlbs.Speculate(s_addresses);
                tlbs.Step(core, isb);
                tlbs.Write(core, RegisterName.Control, On);
                tlbs.Speculate(s_addresses);
                tlbs.Step(core, isb);
                return null;
            case OperationKind.Table:
                tlbs.Write(core, RegisterName.Table, operation.First);
                return null;
            case OperationKind.Asid:
                tlbs.Write(core, RegisterName.Asid, operation.First);
                return null;
            case OperationKind.Step:
                tlbs.Step(core, new Step((StepKind)operation.First, operation.Second, operation.Third));
                return null;
            default:
                return tlbs.Access(
                    core, operation.First, operation.Kind == OperationKind.Write ? AccessKind.Write : AccessKind.Read);
        }
    }

    private static string Words(IEnumerable<(FaultCode Fault, uint Physical)> answers) =>
        string.Join(" or ", answers.Select(answer => answer.Fault == FaultCode.None ? $"0x{answer.Physical:X}" : answer.Fault.ToString()));

    private enum OperationKind
    {
        Store,
        Switch,
        Table,
        Asid,
        Step,
        Read,
        Write,
    }

    private sealed record Operation(int Core, OperationKind Kind, uint First, uint Second, uint Third = 0)
    {
        public override string ToString() => Kind == OperationKind.Step
            ? $"{Core} {new Step((StepKind)First, Second, Third)}"
            : $"{Core} {Kind} {First:X} {Second:X}";
    }
}
