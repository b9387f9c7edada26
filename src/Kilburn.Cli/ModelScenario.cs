using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Kilburn.Core.Addresses;
using Kilburn.Hosted;
using Kilburn.Inspector;
using Kilburn.Inspector.Sources;
using Kilburn.Inspector.Translation;
using Kilburn.Kernel.Monitor;
using Kilburn.Model.Memory;
using Kilburn.Model.Translation;

namespace Kilburn.Cli;

/// <summary>Kilburn's own kernel on the software machine, after some commands of its monitor.</summary>
internal sealed class ModelScenario : IPhysicalMemory, IHostedConsole, IDisposable
{
    /// <summary>The kernel as it has started.</summary>
    public const string Boot = "boot";

    /// <summary>A space with pages, active.</summary>
    public const string Space = "space";

    private static readonly Dictionary<string, string> s_named = new()
    {
        [Boot] = string.Empty,
        [Space] = "space new; space use 1; space map 1 0x1000 rw; space map 1 0x2000 rx; space map 1 0x3000 r",
    };

    private readonly StringBuilder _output = new();
    private readonly HostedKernel _kernel;

    private ModelScenario() => _kernel = HostedKernel.Boot(this);

    /// <summary>Names of the scenarios that have one.</summary>
    public static IReadOnlyCollection<string> Names => s_named.Keys;

    /// <summary>Runs a scenario.</summary>
    /// <param name="scenario">One of <see cref="Names"/>, or commands of the monitor.</param>
    /// <exception cref="SourceException">A command fails.</exception>
    public static Guest Run(string scenario)
    {
        ModelScenario model = new();
        if (!s_named.TryGetValue(scenario, out string? commands))
        {
            commands = scenario;
        }

        _ = model._output.Clear();
        CommandOutcome outcome = commands.Length == 0 ? CommandOutcome.Done : MonitorShell.RunBatch(
            ref model._kernel.Core, ref model._kernel.Board, ref model._kernel.Monitor, Encoding.UTF8.GetBytes(commands));
        if (outcome != CommandOutcome.Done)
        {
            model.Dispose();
            throw new SourceException($"The monitor says:\n{model._output}");
        }

        return model.ToGuest(scenario);
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        PhysicalMemory memory = _kernel.Machine.Memory;
        if (address > uint.MaxValue || !memory.IsMemory(new PhysicalAddress((uint)address), (uint)bytes.Length))
        {
            return false;
        }

        memory.Bytes(new PhysicalAddress((uint)address), bytes.Length).CopyTo(bytes);
        return true;
    }

    /// <inheritdoc/>
    void IHostedConsole.Write(byte value) => _ = _output.Append((char)value);

    /// <inheritdoc/>
    int IHostedConsole.Read() => -1;

    /// <inheritdoc/>
    public void Dispose() => _kernel.Dispose();

    private Guest ToGuest(string scenario)
    {
        TranslationRegisters core = _kernel.Machine.Cores[0].Registers;
        GuestRegisters registers = new()
        {
            SystemControl = core.SystemControl,
            TableControl = core.TableBaseControl,
            TableBase0 = core.TableBase0,
            TableBase1 = core.TableBase1,
            DomainAccess = core.DomainAccess,
            PrimaryRemap = core.PrimaryRemap,
            NormalRemap = core.NormalRemap,
            ContextId = core.ContextId,
        };
        AddressRange[] ram =
        [
            .. _kernel.Machine.Memory.Banks.Where(bank => bank.Kind == BankKind.Memory)
                .Select(bank => new AddressRange(bank.Range.Start.Value, bank.Range.LengthInBytes)),
        ];
        return new Guest($"model {scenario}", registers, this, ram, this);
    }
}
