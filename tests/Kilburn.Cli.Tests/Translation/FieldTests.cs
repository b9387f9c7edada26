using System.Linq;
using Kilburn.Inspector.Translation;
using Xunit;

namespace Kilburn.Cli.Tests.Translation;

public sealed class FieldTests
{
    private const uint Extended = 1u << 31;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fields_OfEveryForm_DoNotOverlap(bool isLong)
    {
        ITableFormat format = Formats.Of(new GuestRegisters { TableControl = isLong ? Extended : 0 });
        foreach (DescriptorForm form in format.Forms)
        {
            ulong seen = 0;
            foreach (BitField field in form.Fields)
            {
                Assert.True((seen & field.Mask) == 0, $"{form.Name}: {field.Name}");
                seen |= field.Mask;
            }

            Assert.True((seen & form.Reserved) == 0 || isLong, form.Name);
        }
    }

    [Fact]
    public void Fields_OfShortForms_TileTheWord()
    {
        ITableFormat format = Formats.Of(new GuestRegisters());
        foreach (DescriptorForm form in format.Forms.Where(form => form.Kind != DescriptorKind.Invalid))
        {
            ulong all = form.Fields.Aggregate(form.Reserved, (mask, field) => mask | field.Mask);
            Assert.Equal(uint.MaxValue, all);
        }
    }
}
