using Kilburn.Core.Descriptors;
using Kilburn.Core.Tables;
using Xunit;

namespace Kilburn.Core.Tests.Tables;

public sealed class MappingTests
{
    private static readonly Mapping s_mapping = new()
    {
        LengthInBytes = 4096,
        Access = AccessPermission.ReadWrite,
        Type = MemoryType.Normal,
        Scope = Scope.NotGlobal,
        Execution = Execution.Never,
        IsPrivilegedExecuteNever = true,
        IsShareable = true,
        Domain = 1,
    };

    [Fact]
    public void HasAttributesOf_AnotherFrameAndLength_IsTrue()
    {
        Mapping other = s_mapping;
        other.Frame = new(0x10_0000);
        other.LengthInBytes = 65536;
        Assert.True(s_mapping.HasAttributesOf(other));
    }

    [Fact]
    public void HasAttributesOf_OneAttributeDifferent_IsFalse()
    {
        Mapping access = s_mapping;
        access.Access = AccessPermission.Read;
        Mapping type = s_mapping;
        type.Type = MemoryType.Device;
        Mapping scope = s_mapping;
        scope.Scope = Scope.Global;
        Mapping execution = s_mapping;
        execution.Execution = Execution.Allowed;
        Mapping privileged = s_mapping;
        privileged.IsPrivilegedExecuteNever = false;
        Mapping shareable = s_mapping;
        shareable.IsShareable = false;
        Mapping domain = s_mapping;
        domain.Domain = 0;
        Assert.All(
            new[] { access, type, scope, execution, privileged, shareable, domain },
            other => Assert.False(s_mapping.HasAttributesOf(other)));
    }
}
